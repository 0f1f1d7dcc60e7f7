"""What requests say, as models: bodies, fields of forms, queries."""

import json
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat

from ...memory import SOURCE
from ...memory.store.annotation import Kind
from ..host import Bounds

LADDER = (64, 128, 256, 320, 512, 768, 1024, 1568, 2048)
"""Long sides of views, in pixels: a few, so that they are made once and kept."""

LONGEST_WAIT = 600
"""Seconds that `Prefer: wait` may ask for."""

MOST_REFERENCES = 15
FILE = "(file)"
"""What stands in a form's model where a file was sent."""

_HIGHEST_SEED = 2**63 - 1
_JSON = frozenset({"labels", "bounds", "seed"})
_LONGEST_JSON = 500_000  # characters: as many labels as there may be, every letter escaped
_RESERVED = frozenset({"principal", "door", "parent", "parent_turn", "session"})


def _kept(text: str) -> str:
    """Databases keep any character but this one."""
    if "\0" in text:
        raise ValueError("it holds a NUL character")
    return text


def _own(labels: dict[str, str]) -> dict[str, str]:
    """Labels that a caller may set."""
    if taken := sorted(_RESERVED & labels.keys()):
        raise ValueError(f"{', '.join(taken)}: set by the server; choose other names")
    return labels


def _rung(width: int) -> int:
    """One of the sizes that are made."""
    if width not in LADDER:
        raise ValueError(f"it is one of {', '.join(map(str, LADDER))}")
    return width


_Text = AfterValidator(_kept)
Instruction = Annotated[
    str, Field(min_length=1, max_length=20_000, pattern=r"\S", examples=["make it warmer"]), _Text
]
Name = Annotated[str, Field(min_length=1, max_length=200), _Text]
Labels = Annotated[
    dict[Name, Annotated[str, Field(min_length=0, max_length=1000), _Text]],
    Field(max_length=32),
    AfterValidator(_own),
]
Seed = Annotated[int, Field(ge=0, le=_HIGHEST_SEED)]
Picture = Annotated[str, Field(min_length=1), _Text]


Verdict = (
    bool
    | Annotated[int, Field(ge=-(2**53), le=2**53)]
    | FiniteFloat
    | Annotated[str, Field(max_length=2000), _Text]
    | None
)


class Asked(BaseModel):
    """The base of what is asked: a field that nobody knows is a mistake to be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RunAsked(Asked):
    """An edit."""

    image: Picture = Field(
        description="The picture: `editloop://image/<sha256>`, `run:<id>` (its answer), `run:<id>#k` "
        "(turn k, 0 its source), `last`, a `data:` URL; where the server allows it also "
        "`https://…` and a path.",
        examples=["run:last"],
    )
    instruction: Instruction = Field(description="What to change.")
    mask: Picture | None = Field(default=None, description="White where the editor may paint.")
    references: Annotated[list[Picture], Field(max_length=MOST_REFERENCES)] = Field(
        default_factory=list[str], description="Further pictures that the instruction speaks of."
    )
    seed: Seed = Field(default=0, description="The same for every turn.")
    labels: Labels = Field(
        default_factory=dict[str, str], description="Your own, to find it again."
    )
    session: Name | None = Field(default=None, description="Groups the runs of a conversation.")
    bounds: Bounds = Field(default_factory=Bounds, description="How far the run may go.")


class RunForm(BaseModel):
    """An edit, as a form; `labels` and `bounds` are JSON objects in it."""

    image: bytes = Field(description="A file, or the text that JSON takes.")
    instruction: str
    mask: bytes | None = None
    references: list[bytes] = Field(default_factory=list[bytes], description="May be repeated.")
    seed: str | None = None
    labels: str | None = None
    session: str | None = None
    bounds: str | None = None


class ForkAsked(Asked):
    """A run that goes on from a picture of another one; what is not given stays as it was there."""

    turn: Annotated[int, Field(ge=SOURCE)] | None = Field(
        default=None,
        description="The turn whose picture is edited; 0: the source; none: the answer.",
    )
    instruction: Instruction | None = None
    seed: Seed | None = None
    labels: Labels = Field(default_factory=dict[str, str], description="Further labels.")
    bounds: Bounds | None = None


class AnnotationAsked(Asked):
    """Something to say about a run."""

    about: Name = Field(description="What is judged: `keeper`, `quality`.", examples=["keeper"])
    value: Verdict = Field(
        default=None, description="A verdict: a boolean, a number, a word, nothing."
    )
    turn: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="The turn that is meant; none: the whole run."
    )
    note: Annotated[str, Field(max_length=20_000), _Text] = ""
    kind: Kind = Field(default="HUMAN", description="Who speaks.")


class Listing(BaseModel):
    """Which runs."""

    where: Annotated[str, _Text] = Field(
        default="",
        max_length=2000,
        description="Words that must all hold: `score<6 editor=retouch since:2d status:open tag:a=b "
        "session:s crop`.",
    )
    limit: Annotated[int, Field(ge=1, le=100)] = Field(default=20, description="Runs on a page.")
    cursor: str | None = Field(
        default=None, max_length=200, description="The `next` of the page before."
    )


class Following(BaseModel):
    """Where to begin."""

    after: Annotated[int, Field(ge=0, le=10**9)] | None = Field(
        default=None, description="The number of the last moment heard; Last-Event-ID beats it."
    )


class Looking(BaseModel):
    """How large."""

    w: Annotated[int, AfterValidator(_rung)] | None = Field(
        default=None,
        description="The long side of a JPEG made for looking at, in pixels; none: the bytes as kept.",
        json_schema_extra={"enum": [*LADDER]},
    )


def form_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """What a form's texts say in JSON's place: numbers and objects are parsed.

    Raises:
        ValueError: a text that must be JSON is none, or too long.
        RecursionError: it is too deep.
    """
    return {name: _read(v) if name in _JSON else v for name, v in fields.items()}


def _read(text: str) -> Any:
    if len(text) > _LONGEST_JSON:
        raise ValueError(f"it has {len(text)} characters")
    return json.loads(text)
