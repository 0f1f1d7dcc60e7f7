"""What an expert must say, as types that a model server can hold it to, and how it is read.

Types are strict: the text `"false"` is no `false`, and `"8"` is no 8. What the official script takes
for contentment (editthinker-spec 1.6) is a `MalformedCritique` here.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...memory import Critique, MalformedCritique, Score
from .. import wire

_Reasoning = Annotated[str, Field(description="What you see, compared with what was asked for.")]
_Satisfied = Annotated[
    bool, Field(description="Whether the edit can be handed over to the user as it is.")
]
_Refined = Annotated[
    str | None,
    Field(description="The instruction for the next attempt; null when you are satisfied."),
]
_Points = Annotated[float, Field(ge=0, le=10)]


def _all_required(schema: dict[str, Any]) -> None:
    """Ask for every field, although an absent `refined` can be read: strict servers want it so."""
    schema["required"] = list(schema["properties"])
    schema["properties"]["refined"].pop("default", None)


class Flagged(BaseModel):
    """Your judgement of the edit."""

    model_config = ConfigDict(strict=True, json_schema_extra=_all_required)

    reasoning: _Reasoning
    satisfied: _Satisfied
    refined: _Refined = None

    def scores(self) -> Score | None:
        """No scores: they were not asked for."""
        return None


class Scored(BaseModel):
    """Your judgement of the edit."""

    model_config = ConfigDict(strict=True, json_schema_extra=_all_required)

    reasoning: _Reasoning
    semantic: _Points = Field(description="What was asked for is done and nothing else; 0 to 10.")
    quality: _Points = Field(description="Natural and free of artefacts; 0 to 10.")
    satisfied: _Satisfied
    refined: _Refined = None

    def scores(self) -> Score | None:
        """Both scores."""
        return Score(semantic=self.semantic, quality=self.quality)


Answer = Flagged | Scored


def read(answer: Answer, told: str) -> Critique:
    """Make a critique of an answer; `told` is what the editor was told in this turn.

    An expert that is satisfied and refines nothing leaves the instruction as it was.

    Raises:
        MalformedCritique: it is not satisfied and does not say what to do, or a text cannot be kept.
    """
    reasoning, refined = answer.reasoning.strip(), (answer.refined or "").strip()
    if strange := wire.UNWRITABLE.search(reasoning + refined):
        raise MalformedCritique(f"the answer holds {strange[0]!r}, which is no character of a text")

    if not wire.is_visible(refined):
        if not answer.satisfied:
            raise MalformedCritique("the expert is not satisfied and gives no refined instruction")

        refined = told

    return Critique(
        score=answer.scores(), reasoning=reasoning, refined=refined, satisfied=answer.satisfied
    )


def problem(text: str, kind: type[Flagged | Scored]) -> str | None:
    """Say what is wrong with a raw answer, or None when nothing is."""
    try:
        kind.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"{where}: {first['msg']}" if where else first["msg"]

    return None
