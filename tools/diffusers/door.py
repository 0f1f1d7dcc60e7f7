"""The one door to torch and diffusers, which are an extra and take seconds to load."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ...memory import SettingsError


def torch() -> Any:
    """The module `torch`.

    Raises:
        SettingsError: it is not installed.
    """
    return _module("torch")


def diffusers() -> Any:
    """The module `diffusers`.

    Raises:
        SettingsError: it is not installed, or what it needs is broken.
    """
    return _module("diffusers")


def need(package: str, why: str) -> None:
    """Refuse to go on without a package that is asked for by name.

    Raises:
        SettingsError: it is not installed.
    """
    if find_spec(package) is None:
        raise SettingsError(f"{why} needs the package {package}: pip install {package}")


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise SettingsError(
            f"editing in this process needs {name}, which cannot be loaded ({error}): "
            "pip install 'editloop[diffusers]', or use an edit server"
        ) from error
