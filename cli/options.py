"""Options that several commands share."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Group, Parameter

from .screen import ColorMode, Screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cyclopts import Token

    from ..agent import Choices

PATH = "PATH"
COMMON = Group("Everywhere", sort_key=9)


@Parameter(name="*", group=COMMON)
@dataclass(frozen=True)
class Common:
    """Options of every command that opens the store."""

    json: Annotated[bool, Parameter(negative="", help="Print JSON on stdout.")] = False
    quiet: Annotated[
        bool, Parameter(name=["--quiet", "-q"], negative="", help="Say nothing but errors.")
    ] = False
    verbose: Annotated[
        int, Parameter(name=["--verbose", "-v"], count=True, help="Say more; twice for tracebacks.")
    ] = 0
    color: Annotated[
        ColorMode, Parameter(metavar="WHEN", help="When to use colour; NO_COLOR is obeyed.")
    ] = "auto"
    store: Annotated[
        str | None,
        Parameter(metavar="URL", help="The store: a path, sqlite:///FILE or postgresql://…"),
    ] = None
    config: Annotated[
        str | None,
        Parameter(metavar=PATH, help="Read this TOML file instead of the usual ones."),
    ] = None

    @property
    def screen(self) -> Screen:
        """How to speak."""
        return Screen(self.color, -1 if self.quiet else self.verbose)

    def store_address(self) -> str:
        """The store, found without checking any other setting.

        Raises:
            SettingsError: a file cannot be read.
        """
        from pathlib import Path

        from ..agent.sources import store_address

        return store_address(self.store, config=Path(self.config) if self.config else None)

    def choices(self, flags: dict[str, Any] | None = None) -> "Choices":
        """Read the settings with these flags on top.

        Raises:
            SettingsError: a source cannot be read or says something impossible.
        """
        from pathlib import Path

        from ..agent.settings import load

        given = {"store": self.store, **(flags or {})}
        return load(given, config=Path(self.config) if self.config else None)


COMMONLY = Common()


def as_seconds(type_: object, tokens: "Sequence[Token]") -> float:
    """Read `90`, `90s`, `2m`, `1.5h` or `1m30s`.

    Raises:
        ValueError: it is none of them, or not more than nothing.
    """
    text = tokens[0].value
    found = _seconds(text)
    if not found or found <= 0:
        raise ValueError(f"{text!r} is no length of time; write 90s, 2m or 1m30s")
    return found


def as_dollars(type_: object, tokens: "Sequence[Token]") -> float:
    """Read `0.20` or `$0.20`.

    Raises:
        ValueError: it is no amount.
    """
    text = tokens[0].value
    try:
        found = float(text.removeprefix("$"))
    except ValueError:
        found = -1.0
    if not 0 <= found < float("inf"):
        raise ValueError(f"{text!r} is no amount of US dollars; write 0.20")
    return found


def labels(pairs: "Sequence[str]") -> dict[str, str]:
    """Read `k=v` pairs.

    Raises:
        SettingsError: a pair has no name or no `=`.
    """
    from ..memory import SettingsError

    found: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not name or not sign:
            raise SettingsError(f"--tag {pair!r} is no pair; write --tag name=value")
        found[name] = value
    return found


def _seconds(text: str) -> float | None:
    import re

    if not re.fullmatch(r"(\d+(\.\d+)?[hms])+|\d+(\.\d+)?", text):
        return None

    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "": 1.0}
    return sum(float(n) * units[unit] for n, unit in re.findall(r"(\d+(?:\.\d+)?)([hms]?)", text))
