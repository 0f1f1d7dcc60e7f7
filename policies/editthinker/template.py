"""The text that stands under the two pictures: the user's copy of the official one, or our own.

The released weights were trained on one exact text; other wording is out of their distribution
(editthinker-spec 1.5). It is not ours to distribute, so `editloop thinker template fetch` gets it
from its public repository. Until then our own wording of the same protocol is used, and the run
says which.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from platformdirs import user_data_path

from ...memory import SettingsError

ASKED, TOLD = "{original_instruction}", "{rewritten_prompt}"
"""Where the text speaks of what the user asked, and of what the editor was told."""

OFFICIAL_SHA256 = "b9f979b53c475963765f65a01312ebe2cb273077499cacd019ed1a0d19ab52c4"
"""Of `inference/prompt_template.txt` at commit 803d1a7 of appletea233/EditThinker."""

_IMAGE = "<image>"  # where the training data had pictures; they are parts of their own on the wire
_PLACES = re.compile(f"{re.escape(ASKED)}|{re.escape(TOLD)}")


@dataclass(frozen=True, slots=True)
class Template:
    """A text with two places for sentences; make one by `load`, `default` or `read`."""

    text: str
    """Ready to be filled in: stripped first, then without its `<image>` markers, as the official
    client does it, so that it may begin with a line end."""

    name: str
    """`official`, `editloop`, or the name of a file."""

    digest: str
    """SHA-256 of the file's bytes, in hexadecimal."""

    @classmethod
    def load(cls, path: str | Path) -> "Template":
        """Read a file with the official placeholders. Blocks.

        Raises:
            SettingsError: it cannot be read, is no UTF-8, or lacks a placeholder.
        """
        path = Path(path)
        try:
            return cls.read(path.read_bytes(), name=path.name)
        except OSError as error:
            raise SettingsError(
                f"the template {str(path)!r} cannot be read: {error.strerror or error}"
            ) from error

    @classmethod
    def read(cls, data: bytes, *, name: str) -> "Template":
        """Make a template of a file's bytes.

        Raises:
            SettingsError: it is no UTF-8, or lacks a placeholder.
        """
        try:
            text = data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise SettingsError(f"the template {name!r} is no text in UTF-8: {error}") from error

        if missing := [place for place in (ASKED, TOLD) if place not in text]:
            raise SettingsError(
                f"the template {name!r} has no {' and no '.join(missing)}: the thinker would not "
                "know what was asked"
            )

        digest = hashlib.sha256(data).hexdigest()
        name = "official" if digest == OFFICIAL_SHA256 else name
        return cls(text.strip().replace(_IMAGE, ""), name, digest)

    @classmethod
    def default(cls) -> "Template":
        """Our own wording of the protocol."""
        return _ours()

    def render(self, *, asked: str, told: str) -> str:
        """Fill both sentences in; placeholders inside of them stay as they are."""
        return _PLACES.sub(lambda place: asked if place[0] == ASKED else told, self.text)


def official_path() -> Path:
    """Where the user's copy of the official template lies, or would lie."""
    return user_data_path("editloop") / "templates" / "editthinker.txt"


def chosen(given: "Template | str | Path | None" = None) -> Template:
    """The template to use: the given one, else the user's official copy, else our own. Blocks.

    Raises:
        SettingsError: the given file, or the stored copy, cannot be used.
    """
    if isinstance(given, Template):
        return given

    if given is not None:
        return Template.load(given)

    path = official_path()
    return stored(path) if path.is_file() else Template.default()


def stored(path: Path) -> Template:
    """Read a copy that was verified when it was stored, and verify it again.

    Raises:
        SettingsError: it cannot be read, or is not what was stored.
    """
    found = Template.load(path)
    if found.digest != OFFICIAL_SHA256:
        raise SettingsError(
            f"{path} is not the official template any more: fetch it again by "
            "'editloop thinker template fetch', or remove it to use editloop's own wording"
        )

    return found


@cache
def _ours() -> Template:
    data = files(__package__ or "").joinpath("template.md").read_bytes()
    return Template.read(data, name="editloop")
