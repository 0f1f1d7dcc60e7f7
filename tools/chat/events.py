"""What an application hears while a chat edits; the model never does."""

from dataclasses import dataclass
from typing import Literal

from pydantic_ai import CapabilityEvent

from ...memory import Run, Turn, short
from .handles import Book

_NAMESPACE = "image_editing"


@dataclass(kw_only=True)
class EditBegan(CapabilityEvent, namespace=_NAMESPACE):
    """A run is on record."""

    run: str
    """Its id."""

    short: str
    """The end of it, which people type."""

    instruction: str
    source: str
    """`sha256:…`."""


@dataclass(kw_only=True)
class EditTurn(CapabilityEvent, namespace=_NAMESPACE):
    """Half a turn is on record: the edit, or the critique too."""

    run: str
    turn: int
    half: Literal["edited", "criticised"]
    instruction: str
    """What the editor was told."""

    image: str | None = None
    """The handle of the edit; none when the editor failed."""

    sha256: str | None = None
    semantic: float | None = None
    """0 to 10; none without a critique, or from a thinker that gives no scores."""

    quality: float | None = None
    reasoning: str = ""
    failure: str | None = None


@dataclass(kw_only=True)
class EditEnded(CapabilityEvent, namespace=_NAMESPACE):
    """A run is closed."""

    run: str
    status: str
    """`done`, `refused` or `failed`."""

    stop: str
    turns: int
    answer: int | None = None
    """The number of the turn that is the answer."""

    image: str | None = None
    sha256: str | None = None


Event = EditBegan | EditTurn | EditEnded


def event_of(run: Run) -> Event:
    """Say how a run has grown."""
    if run.stop is not None:
        return _ended(run)
    if run.last is None:
        source, told = run.task.source.uri, run.task.instruction
        return EditBegan(run=run.id, short=short(run.id), instruction=told, source=source)
    return _turn(run, run.last)


def _turn(run: Run, turn: Turn) -> EditTurn:
    edited, score, critique = turn.edited, turn.score, turn.critique
    return EditTurn(
        run=run.id,
        turn=turn.number,
        half="criticised" if turn.done and edited else "edited",
        instruction=turn.instruction,
        image=Book().named(edited).handle if edited else None,
        sha256=edited.sha256 if edited else None,
        semantic=score.semantic if score else None,
        quality=score.quality if score else None,
        reasoning=critique.reasoning if critique else "",
        failure=turn.failure.message if turn.failure else None,
    )


def _ended(run: Run) -> EditEnded:
    edited = run.best.edited if run.best else None
    return EditEnded(
        run=run.id,
        status=run.status,
        stop=run.stop.reason.value if run.stop else "",
        turns=len(run.turns),
        answer=run.answer,
        image=Book().named(edited).handle if edited else None,
        sha256=edited.sha256 if edited else None,
    )
