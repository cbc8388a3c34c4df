"""What must never stand in the product's own code: ways to run data as code, and shells."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ingest", "index", "rag", "ui")
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
CALLS = {"eval", "exec", "compile", "__import__"}
KEYWORDS = {"shell", "trust_remote_code", "allow_pickle"}


def dangers(source: str) -> list[str]:
    """Return what is dangerous in a module's source, each with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(node.module or "").split(".")[0]]
        else:
            names = []
        found += [f"{node.lineno}: import {name}" for name in names if name in MODULES]
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in CALLS:
                found.append(f"{node.lineno}: {node.func.id}()")
            called = ast.unparse(node.func)
            if called in ("os.system", "os.popen", "torch.load"):
                found.append(f"{node.lineno}: {called}()")
            keywords = {k.arg: k.value for k in node.keywords}
            for name in KEYWORDS & set(keywords):
                value = keywords[name]
                if not (isinstance(value, ast.Constant) and value.value is False):
                    found.append(f"{node.lineno}: {name}={ast.unparse(value)}")
            if called in ("np.load", "numpy.load") and "allow_pickle" not in keywords:
                found.append(f"{node.lineno}: np.load without allow_pickle=False")
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_no_code_runs_data(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    found = {str(f.relative_to(ROOT)): dangers(f.read_text(encoding="utf-8")) for f in files}
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "eval(text)",
        "import os; os.system('x')",
        "run(x, shell=True)",
        "load(name, trust_remote_code=flag)",
        "import numpy as np; np.load(f)",
        "np.load(f, allow_pickle=True)",
    ],
)
def test_the_check_finds_what_it_looks_for(line: str) -> None:
    assert dangers(line)
