"""The options of an address, taken one by one, so that a misspelt one is refused."""

import os
from collections.abc import Mapping, Sequence
from typing import TypeVar

from ..memory import SettingsError
from .addresses import Address

_YES, _NO = frozenset({"1", "yes", "true", "on"}), frozenset({"0", "no", "false", "off"})


_Choice = TypeVar("_Choice", bound=str)


class Options:
    """Takes options out of an address; `done` refuses what nobody took."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._left = dict(address.options)
        self._known: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        self._known.append(name)
        return self._left.pop(name, default)

    def has(self, name: str) -> bool:
        """Whether an option is there and not taken yet."""
        return bool(self._left.get(name))

    def whole(self, name: str, default: int | None = None, *, least: int = 1) -> int | None:
        """A whole number.

        Raises:
            SettingsError: it is none, or too small.
        """
        value = self.text(name)
        if not value:
            return default

        if not value.isascii() or not value.isdigit() or int(value) < least:
            raise self._wrong(name, value, f"give a whole number from {least}")

        return int(value)

    def number(self, name: str, default: float) -> float:
        """A number from 0.

        Raises:
            SettingsError: it is none.
        """
        value = self.text(name)
        try:
            found = float(value) if value else default
        except ValueError:
            found = -1.0

        if not 0 <= found < float("inf"):
            raise self._wrong(name, value, "give a number from 0")

        return found

    def yes(self, name: str, default: bool = False) -> bool:
        """Yes or no.

        Raises:
            SettingsError: it is neither.
        """
        value = self.text(name).lower()
        if not value:
            return default

        if value not in _YES | _NO:
            raise self._wrong(name, value, "say yes or no")

        return value in _YES

    def choice(self, name: str, among: Sequence[_Choice]) -> _Choice | None:
        """One of several words; None: it is not given.

        Raises:
            SettingsError: it is none of them.
        """
        value = self.text(name)
        found = next((each for each in among if each == value), None)
        if value and found is None:
            raise self._wrong(name, value, f"give one of {', '.join(among)}")

        return found

    def token(self, usual: str = "") -> str:
        """The secret in the variable that `token_env` names, or in the usual one; empty without any.

        Raises:
            SettingsError: the variable is not set.
        """
        name = self.text("token_env", usual)
        if not name:
            return ""

        if not (value := os.environ.get(name)):
            raise SettingsError(
                f"{self._address.shown!r} takes its token from {name}, which is not set"
            )

        return value

    def rest(self) -> Mapping[str, str | float | bool]:
        """All that is left, as parameters for the engine: numbers and yes or no where they read so."""
        left, self._left = self._left, {}
        return {name: _plain(value) for name, value in left.items()}

    def done(self) -> None:
        """Refuse what is left.

        Raises:
            SettingsError: an option that this kind does not have.
        """
        if self._left:
            name = next(iter(self._left))
            known = ", ".join(self._known) or "none"
            raise SettingsError(f"{self._address.shown!r} has no option {name!r}; it has {known}")

    def _wrong(self, name: str, value: str, cure: str) -> SettingsError:
        return SettingsError(f"{name}={value!r} in {self._address.shown!r}: {cure}")


def _plain(value: str) -> str | float | bool:
    if value.lower() in ("true", "false"):
        return value.lower() == "true"

    try:
        number = float(value)
    except ValueError:
        return value

    return int(number) if number.is_integer() and "." not in value else number
