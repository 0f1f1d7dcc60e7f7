"""What a request to `/v1/images/edits` asks for: OpenAI's fields, and ours beside them."""

from collections.abc import Mapping
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ..host import Bounds
from ..openai_fields import NOTHING
from ..refusals import Refused

MODEL = "editloop"
"""The loop as the server is set up."""

PROFILES = ("standard", "reference", "exhaustive")
"""Sets of rules; each is a model `editloop/<profile>`."""

_HIGHEST_SEED = 2**63 - 1  # what random generators of the engines take
_LONGEST_PROMPT = 32_000  # characters, as OpenAI has it
_LONGEST_SIDE = 16_383

DELIVERY = frozenset(
    {
        *("size", "background", "output_format", "output_compression", "response_format"),
        *("stream", "partial_images"),
    }
)
"""Fields that say how pictures are delivered, and nothing of the runs that make them."""

Quality = Literal["low", "medium", "high", "xhigh", "max", "auto", "standard", "hd"]
_TURNS: Mapping[Quality, int] = {"low": 1, "medium": 3}


def _kept(text: str) -> str:
    """Databases keep any character but this one."""
    if "\0" in text:
        raise ValueError("it holds a NUL character")
    return text


def _finite(value: float) -> float:
    if not isfinite(value):
        raise ValueError("it must be a finite number")
    return value


_Text = AfterValidator(_kept)
_Score = Annotated[float, Field(ge=0, le=10), AfterValidator(_finite)]
_Name = Annotated[str, Field(max_length=256), _Text]


class EditsAsked(BaseModel):
    """Fields of a form or of a JSON body, pictures aside; what is not named here is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    prompt: Annotated[str, Field(max_length=_LONGEST_PROMPT, pattern=r"\S"), _Text] = Field(
        description="What to change."
    )
    model: str = Field(default=MODEL, description="`editloop`, or `editloop/<profile>`.")
    n: int = Field(default=1, ge=1, description="Runs, with seeds that count up.")
    size: str = Field(
        default="auto",
        pattern=r"^(auto|[1-9][0-9]{0,4}x[1-9][0-9]{0,4})$",
        description="`auto`: as the editor made it, or `WxH` in the shape of the source.",
    )
    quality: Quality = Field(
        default="auto", description="Effort: `low` 1 turn, `medium` 3 at most, others the server's."
    )
    background: Literal["auto", "opaque", "transparent"] = "auto"
    output_format: Literal["auto", "png", "jpeg", "webp"] = Field(
        default="png", description="`auto`: as the editor made it."
    )
    output_compression: int | None = Field(default=None, ge=0, le=100)
    response_format: Literal["b64_json", "url"] = "b64_json"
    stream: bool = False
    partial_images: int = Field(default=0, ge=0, le=3)
    user: _Name = ""
    safety_identifier: _Name = ""

    turns: int | None = Field(default=None, ge=1, le=100, description="Attempts at most.")
    semantic: _Score | None = Field(default=None, description="The score that is good enough.")
    quality_target: _Score | None = Field(
        default=None, description="The quality score that is good enough."
    )
    seconds: float | None = Field(
        default=None, gt=0, le=86_400, description="Then the best so far."
    )
    cost: Annotated[float, Field(ge=0), AfterValidator(_finite)] | None = Field(
        default=None, description="US dollars that each run may spend."
    )
    session: _Name = Field(default="", description="Groups runs.")
    seed: int | None = Field(default=None, ge=0, le=_HIGHEST_SEED)

    @property
    def profile(self) -> str:
        """The rules that the model's name asks for; empty for the server's own."""
        base, _, profile = self.model.partition("/")
        return profile if base == MODEL and profile in PROFILES else ""

    @property
    def known_model(self) -> bool:
        """Whether the model's name means something here."""
        return self.model == MODEL or bool(self.profile)

    @property
    def sides(self) -> tuple[int, int] | None:
        """The size that is asked for; None where it is the editor's affair."""
        if self.size == "auto":
            return None

        width, _, height = self.size.partition("x")
        return int(width), int(height)

    @property
    def who(self) -> str:
        """The client's own user, as OpenAI reads it."""
        return self.safety_identifier or self.user

    def labels(self) -> dict[str, str]:
        """What the runs carry."""
        found = {"door": "images", "session": self.session, "user": self.who}
        return {name: value for name, value in found.items() if value}

    def bounds(self, usual_turns: int | None) -> Bounds:
        """How far each run may go; a low `quality` never makes it go further than usual."""
        effort = _TURNS.get(self.quality)
        if effort and usual_turns:
            effort = min(effort, usual_turns)
        found: dict[str, Any] = {
            "turns": self.turns or effort,
            "semantic": self.semantic,
            "quality": self.quality_target,
            "seconds": self.seconds,
            "cost": self.cost,
            "rules": self.profile or None,
        }
        return Bounds(**{name: value for name, value in found.items() if value is not None})


def asked_of(fields: Mapping[str, object]) -> EditsAsked:
    """Read the fields; what is null or empty was not sent.

    Raises:
        Refused: 400 for the first value that is impossible, or two that exclude each other.
    """
    given = {name: value for name, value in fields.items() if value not in NOTHING}
    if "prompt" not in given:
        said = "prompt is required: say what is to be changed"
        raise Refused(400, "missing", said, field="prompt")

    try:
        asked = EditsAsked.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = f"{first['loc'][0]}" if first["loc"] else "body"
        said = first["msg"].removeprefix("Value error, ")
        raise Refused(400, "invalid", f"{name}: {said}", field=name) from None

    _check(asked)
    return asked


def ignored_in(fields: Mapping[str, object], asked: EditsAsked) -> list[str]:
    """Names of fields that were sent and change nothing."""
    known = {*EditsAsked.model_fields}
    if not asked.known_model:
        known -= {"model"}
    if not asked.stream:
        known -= {"partial_images"}
    if asked.output_format not in ("jpeg", "webp"):
        known -= {"output_compression"}
    return [name for name, value in fields.items() if name not in known and value not in NOTHING]


def _check(asked: EditsAsked) -> None:
    """Refuse what cannot be had together, before any picture is looked at."""
    if asked.stream and asked.n > 1:
        said = "stream goes with n=1 alone: events do not say which picture they are of"
        raise Refused(400, "unsupported", said, field="n")

    if asked.stream and asked.response_format == "url":
        said = "response_format must be b64_json in a stream"
        raise Refused(400, "unsupported", said, field="response_format")

    if asked.background == "transparent" and asked.output_format == "jpeg":
        said = "a JPEG holds no transparency: ask for png or webp"
        raise Refused(400, "unsupported", said, field="output_format")

    if asked.sides and max(asked.sides) > _LONGEST_SIDE:
        said = f"size: {_LONGEST_SIDE} pixels a side at most"
        raise Refused(400, "unsupported", said, field="size")
