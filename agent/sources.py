"""The places that settings are read from, in order."""

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platformdirs import user_config_path
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
)

from ..memory import SettingsError

PREFIX = "EDITLOOP_"
FILE = "editloop.toml"


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place says."""

    origin: str
    """Its name for a person: `--turns`, `EDITLOOP_TURNS`, a path."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])


def user_config() -> Path:
    """The user's configuration file, whether or not it exists."""
    return user_config_path("editloop") / "config.toml"


def layers(
    cls: type[BaseSettings], flags: dict[str, Any], *, config: Path | None, folder: Path
) -> list[Layer]:
    """Return every place that says something, the strongest first.

    Raises:
        SettingsError: a file cannot be read or is no TOML.
    """
    dotenv = _upward(folder, ".env")
    files = (
        [config]
        if config
        else [_upward(folder, FILE), _upward(folder, "pyproject.toml"), user_config()]
    )
    found = [
        Layer("a flag", flags),
        Layer("the environment", _said(EnvSettingsSource(cls, env_prefix=PREFIX))),
    ]
    if dotenv:
        source = DotEnvSettingsSource(cls, env_file=dotenv, env_prefix=PREFIX)
        found.append(Layer(str(dotenv), _known(cls, _said(source))))
    found += [Layer(str(path), _toml(path)) for path in files if path and (config or path.exists())]
    return [layer for layer in found if layer.values]


def _said(source: PydanticBaseSettingsSource) -> dict[str, Any]:
    return dict(source())


def _known(cls: type[BaseSettings], values: dict[str, Any]) -> dict[str, Any]:
    """A `.env` may serve other programs too; a misspelt variable of ours must not pass unseen."""
    known = {name: value for name, value in values.items() if name in cls.model_fields}
    ours = [name for name in values if name.upper().startswith(PREFIX) and name not in known]
    if ours:
        raise SettingsError(f".env sets {ours[0].upper()}, which is no setting; see `config show`")

    return known


def _toml(path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"there is no configuration file {str(path)!r}") from None
    except OSError as error:
        raise SettingsError(f"cannot read {str(path)!r}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{str(path)!r} is no valid TOML: {error}") from None

    return dict(data.get("tool", {}).get("editloop", {})) if path.name == "pyproject.toml" else data


def _upward(folder: Path, name: str) -> Path | None:
    """The nearest file of this name in the folder or above it, below the home folder's parent."""
    for place in (folder, *folder.parents):
        if (place / name).is_file() and os.access(place / name, os.R_OK):
            return place / name
        if place == Path.home():
            return None

    return None
