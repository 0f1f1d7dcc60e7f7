"""What a rewriter reads: our own words, or a file of the user's."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from ...memory import SettingsError
from .. import wire

PLACE = "{original_instruction}"
"""Where a file speaks of what the user asked; without it, that stands below the text."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text to read."""

    text: str
    name: str
    """`editloop`, or the name of a file."""

    digest: str
    """SHA-256 of the file's bytes, in hexadecimal."""

    @classmethod
    def load(cls, path: str | Path) -> "Prompt":
        """Read a file. Blocks.

        Raises:
            SettingsError: it cannot be read, is no UTF-8, or is empty.
        """
        path = Path(path).expanduser()
        try:
            return cls.read(path.read_bytes(), name=path.name)
        except OSError as error:
            why = error.strerror or error
            raise SettingsError(f"the prompt {str(path)!r} cannot be read: {why}") from error

    @classmethod
    def read(cls, data: bytes, *, name: str) -> "Prompt":
        """Make a prompt of a file's bytes.

        Raises:
            SettingsError: it is no UTF-8, or empty.
        """
        try:
            text = data.decode("utf-8-sig").replace("\r\n", "\n").strip()
        except UnicodeDecodeError as error:
            raise SettingsError(f"the prompt {name!r} is no text in UTF-8: {error}") from error

        if not wire.is_visible(text):
            raise SettingsError(f"the prompt {name!r} is empty; say what the model shall do")

        return cls(text, name, hashlib.sha256(data).hexdigest())

    @classmethod
    def default(cls) -> "Prompt":
        """Our own wording."""
        return _ours()

    def render(self, asked: str) -> str:
        """Fill in what the user asked; quoted where it stands below, so that its end is seen."""
        if PLACE in self.text:
            return self.text.replace(PLACE, asked)

        return f"{self.text}\n\nWhat the user asked for: {json.dumps(asked, ensure_ascii=False)}"


@cache
def _ours() -> Prompt:
    data = files(__package__ or "").joinpath("prompt.md").read_bytes()
    return Prompt.read(data, name="editloop")
