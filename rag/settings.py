"""One settings object: defaults < TOML file < environment (YINZHENG_...) < keyword overrides.

Only ``rag.assistant`` and ``ui`` see it; lower layers take plain arguments.
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from ingest.errors import SettingsError

ENV_PREFIX = "YINZHENG_"


def default_library() -> Path:
    """Return the library folder used when none is named."""
    return user_data_path("yinzheng", appauthor=False) / "library"


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a user can set; every field has a default that works offline.

    library: the library folder. model: the embedding model, "default" for the bundled
    multilingual-e5-small or any sentence-transformers name or path. second_model: the second
    encoder, "default" or "none". reranker: a cross-encoder name or path, "" or "none" for none.
    backend: "auto", "onnx" or "torch". threads: per process, 0 for all cores.
    parent_chars / child_chars: passage sizes in Chinese characters. ocr: read scanned pages.
    answer_sentences: at most so many sentences in an answer. llm_*: an OpenAI-compatible
    endpoint, off while llm_base_url is empty; the key comes from the environment only.
    """

    library: Path = dataclasses.field(default_factory=default_library)
    model: str = "default"
    second_model: str = "default"
    reranker: str = ""
    backend: str = "auto"
    threads: int = 0
    parent_chars: int = 400
    child_chars: int = 120
    ocr: bool = True
    answer_sentences: int = 6
    nearest: int = 3
    llm_base_url: str = ""
    llm_model: str = ""
    llm_api_key: str = dataclasses.field(default="", repr=False)
    llm_timeout: float = 60.0

    @classmethod
    def load(cls, file: Path | None = None, **overrides: object) -> Settings:
        """Merge defaults, ``file`` (or YINZHENG_CONFIG), the environment and ``overrides``.

        Overrides that are None count as not given. Raises SettingsError for an unknown key or
        a value of the wrong type.
        """
        fields = {f.name: f for f in dataclasses.fields(cls)}
        values: dict[str, object] = {}
        config = file or (
            Path(os.environ["YINZHENG_CONFIG"]) if "YINZHENG_CONFIG" in os.environ else None
        )
        if config is not None:
            values.update(_read_toml(config))
            if "llm_api_key" in values:
                raise SettingsError(
                    f"{config.name} 中不应保存密钥；请改用环境变量 {ENV_PREFIX}LLM_API_KEY。",
                    f"{config.name} must not hold the key; use the environment variable "
                    f"{ENV_PREFIX}LLM_API_KEY.",
                )
        for name in fields:
            if (text := os.environ.get(ENV_PREFIX + name.upper())) is not None:
                values[name] = text
        values.update({k: v for k, v in overrides.items() if v is not None})
        if unknown := sorted(set(values) - set(fields)):
            raise SettingsError(
                f"未知的设置项：{'、'.join(unknown)}。可用的设置项：{'、'.join(fields)}。",
                f"unknown setting: {', '.join(unknown)}. Known settings: {', '.join(fields)}.",
            )
        default = cls()
        settings = cls(**{k: _convert(k, v, getattr(default, k)) for k, v in values.items()})  # type: ignore[arg-type]
        settings._check()
        return settings

    def _check(self) -> None:
        bounds = {
            "parent_chars": (100, 2000),
            "child_chars": (30, 1000),
            "answer_sentences": (1, 30),
            "nearest": (0, 20),
            "threads": (0, 256),
            "llm_timeout": (1, 3600),
        }
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise SettingsError(
                    f"设置项 {name}={value} 超出范围 {low}–{high}。",
                    f"setting {name}={value} is outside {low}-{high}.",
                )
        if self.backend not in ("auto", "onnx", "torch"):
            raise SettingsError(
                f"设置项 backend={self.backend} 无效；可用 auto、onnx、torch。",
                f"setting backend={self.backend} is not one of auto, onnx, torch.",
            )


def _read_toml(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            f"无法读取设置文件 {file}：{error}。",
            f"cannot read the settings file {file}: {error}.",
        ) from error


def _convert(name: str, value: object, default: object) -> object:
    """Convert ``value`` to the type of ``default``; strings come from the environment."""
    try:
        if isinstance(default, bool):
            text = str(value).strip().lower()
            if text in ("1", "true", "yes", "on"):
                return True
            if text in ("0", "false", "no", "off"):
                return False
            raise ValueError(text)
        if isinstance(default, int):
            return int(str(value))
        if isinstance(default, float):
            return float(str(value))
        if isinstance(default, Path):
            return Path(str(value)).expanduser()
        return str(value)
    except ValueError as error:
        raise SettingsError(
            f"设置项 {name} 的值「{value}」无效。",
            f"setting {name} has the invalid value {value!r}.",
        ) from error
