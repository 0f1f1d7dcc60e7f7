"""What the tools take: one word for a picture, or the file object that ChatGPT fills in."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ...memory import ImageRef, InputError, PictureError
from ..host import Bounds
from ..pictures import Pictures
from ..pictures.handles import OfRun, OnDisk, parsed
from ..principals import Principal
from .outbox import file_name
from .texts import told_of

FILE_PARAMS = {"openai/fileParams": ["image", "mask"]}
"""The `_meta` that has ChatGPT fill these top-level arguments with its user's files."""


class ChatFile(BaseModel):
    """A file of a ChatGPT conversation; its address lives a few minutes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    file_id: str = Field(max_length=500)
    download_url: str = Field(max_length=10_000)
    mime_type: str | None = None
    file_name: str | None = None


Given = str | ChatFile

_HANDLES = ("run:", "last#", "editloop://run/")
_BARE = {
    re.compile(r"[0-9a-z]{26}"): "run:",
    re.compile(r"[0-9a-fA-F]{64}"): "editloop://image/",
}

_PICTURE = (
    "`last` or `run:<id>` (the answer of a run), `run:<id>#2` (its turn 2; 0 is the source), "
    "`editloop://image/<sha256>`, a path in a folder that the server was allowed to read, or "
    "https:// where the server allows it. Never base64: list_images shows what there is, "
    "request_upload takes a new picture in."
)

Picture = Annotated[Given, Field(description=f"The picture: {_PICTURE}")]
Mask = Annotated[
    Given | None,
    Field(description="A picture of the same size, white where the editor may paint."),
]
References = Annotated[
    list[Given] | None,
    Field(description="Further pictures that the instruction speaks of.", max_length=8),
]
Instruction = Annotated[
    str,
    Field(
        description="What to change, in plain words, as in `make it warmer and crop it square`.",
        min_length=1,
        max_length=8_000,
    ),
]
RunId = Annotated[
    str,
    Field(
        description="A run: its id, the six characters it ends in, or `last`.",
        min_length=1,
        max_length=64,
    ),
]
Turn = Annotated[
    int | None, Field(description="A turn of the run; 0 is its source.", ge=0, le=1_000)
]
Turns = Annotated[int | None, Field(description="Edits at most.", ge=1, le=100)]
Semantic = Annotated[
    float | None,
    Field(description="Good enough is this score for following the instruction.", ge=0, le=10),
]
Quality = Annotated[
    float | None, Field(description="And this one for looking natural.", ge=0, le=10)
]
Seconds = Annotated[
    float | None,
    Field(
        description="Time limit of the run; the best picture by then is its answer.",
        gt=0,
        le=86_400,
    ),
]
Wait = Annotated[
    float,
    Field(
        description="Seconds that this call waits; the run goes on afterwards, see get_run.",
        ge=0,
        le=600,
    ),
]
Session = Annotated[
    str,
    Field(description="Groups the runs of one conversation; any text of yours.", max_length=200),
]
RequestKey = Annotated[
    str,
    Field(
        description="The same call with the same key within 24 hours gives the same run.",
        max_length=200,
    ),
]


async def picture(
    pictures: Pictures, given: Given, who: Principal, folders: Sequence[Path] = ()
) -> ImageRef:
    """Take in the picture that an argument means; an address is fetched at once.

    A run's id alone means its answer, and a hash alone the picture of that hash. Whoever names a
    path in vain is told of the `folders`.

    Raises:
        EditloopError: as `Pictures.resolve`.
    """
    said = given.download_url if isinstance(given, ChatFile) else given.strip()
    for bare, handle in _BARE.items():
        said = f"{handle}{said}" if bare.fullmatch(said) else said
    try:
        return await pictures.resolve(said, who)
    except PictureError:
        raise  # it is there
    except InputError as error:
        if folders and said and isinstance(parsed(said), OnDisk):
            raise InputError(f"{error}. {told_of(folders)}") from error
        raise


def run_of(said: str, turn: int | None = None) -> tuple[str, int | None]:
    """The run that an argument means, by its id or by a handle of its picture, and the turn: that
    which is asked for, else that of the handle.

    Raises:
        InputError: it looks like a handle and is none.
    """
    text = said.strip()
    found = parsed(text) if text.startswith(_HANDLES) else None
    if not isinstance(found, OfRun):
        return text, turn

    return found.name, found.turn if turn is None else turn


def run_alone(said: str) -> str:
    """The run that an argument means where no turn may be named.

    Raises:
        InputError: one is named.
    """
    name, turn = run_of(said)
    if turn is not None:
        raise InputError(f"{said!r} names a turn: name runs here, whose best pictures are compared")

    return name


def named(given: Given) -> str:
    """The name of the file that an argument means, where it tells one."""
    if isinstance(given, ChatFile):
        return file_name(given.file_name or "")

    return file_name(given)


def bounds(
    turns: int | None, semantic: float | None, quality: float | None, seconds: float | None
) -> Bounds:
    """How far a run may go."""
    return Bounds(turns=turns, semantic=semantic, quality=quality, seconds=seconds)
