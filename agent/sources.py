"""The places that settings are read from, in order.

Reading them loads no pydantic, so that a command that needs one setting starts fast.
"""

import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platformdirs import user_config_path, user_data_path

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


def default_store() -> str:
    """The store of a user who chose none."""
    return f"sqlite:///{user_data_path('editloop') / 'editloop.db'}"


def store_address(flag: str | None, *, config: Path | None = None) -> str:
    """The store that `load` would choose, read without checking any other setting.

    Raises:
        SettingsError: a file cannot be read or is no TOML.
    """
    flags = {"store": flag} if flag else {}
    found = layers(("store",), flags, config=config, folder=Path.cwd())
    return next(
        (str(layer.values["store"]) for layer in found if layer.values.get("store")), ""
    ) or (default_store())


def layers(
    names: Collection[str], flags: dict[str, Any], *, config: Path | None, folder: Path
) -> list[Layer]:
    """Return every place that says something, the strongest first.

    `names` are the settings that exist. Variables of other names are not ours to judge; what a
    file says is returned as it is, for `load` to refuse what is no setting.

    Raises:
        SettingsError: a file cannot be read or is no TOML.
    """
    dotenv = _upward(folder, ".env")
    files = (
        [config]
        if config
        else [_upward(folder, FILE), _upward(folder, "pyproject.toml"), user_config()]
    )
    spoken = _ours(os.environ)
    known = {name: value for name, value in spoken.items() if name in names}
    found = [Layer("a flag", flags), Layer("the environment", known)]
    if dotenv:
        found.append(Layer(str(dotenv), _dotenv(dotenv)))
    found += [Layer(str(path), _toml(path)) for path in files if path and (config or path.exists())]
    return [layer for layer in found if layer.values]


def _ours(variables: Mapping[str, str | None]) -> dict[str, Any]:
    """The variables with our prefix, by the name of their setting."""
    return {
        name[len(PREFIX) :].lower(): value
        for name, value in variables.items()
        if value is not None and name.upper().startswith(PREFIX)
    }


def _dotenv(path: Path) -> dict[str, Any]:
    """A `.env` may serve other programs too; a misspelt variable of ours must not pass unseen."""
    from dotenv import dotenv_values

    return _ours(dotenv_values(path))


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
