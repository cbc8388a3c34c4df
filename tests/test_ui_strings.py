"""The string table: both languages whole, every key used, every used key there."""

from __future__ import annotations

import re
from pathlib import Path

from ui.web import strings
from ui.web.engine import EngineState
from ui.web.routes import ASSETS

HAN = re.compile(r"[\u3400-\u9fff]")
SCRIPTS = "\n".join(file.read_text(encoding="utf-8") for file in ASSETS.glob("*.js"))
# Names that the page puts together: t(`engine_${name}`) and the like.
COMPOSED = (
    "engine_",
    "status_",
    "export_",
    "length_",
    "theme_",
    "empty_step",
    "result_",
    "table_",
    "view_",
)


def test_english_has_no_chinese_and_both_have_the_same_placeholders():
    for key, (zh, en) in strings.STRINGS.items():
        assert zh.strip() and en.strip(), key
        assert set(re.findall(r"\{\w+\}", zh)) >= set(re.findall(r"\{\w+\}", en)), key
        # The button that changes the language speaks the language it leads to.
        if not key.startswith("language"):
            assert not HAN.search(en), key


def test_every_key_the_scripts_use_exists():
    used = set(re.findall(r'\bt\(\s*"(\w+)"', SCRIPTS))
    used |= {
        name
        for line in re.findall(r"\bt\(([^;]*?)\)", SCRIPTS)
        for name in re.findall(r'[?:]\s*"(\w+)"', line)
    }
    assert len(used) > 80
    assert used <= set(strings.STRINGS), sorted(used - set(strings.STRINGS))


def test_no_key_is_left_over():
    python = Path(strings.__file__).parent
    code = SCRIPTS + "\n".join(
        f.read_text(encoding="utf-8") for f in python.glob("*.py") if f.name != "strings.py"
    )
    for key in strings.STRINGS:
        known = key.removesuffix("_text").removesuffix("_one")
        assert known in code or key.startswith(COMPOSED), key


def test_every_state_of_the_engine_has_a_text():
    names = re.findall(
        r'EngineState\(\s*"(\w+)"', (Path(strings.__file__).parent / "engine.py").read_text()
    )
    assert {"starting", "empty", "error", "ready"} <= {*names, EngineState("starting").name}
    for name in (*names, "loading", "updating"):
        assert f"engine_{name}" in strings.STRINGS
