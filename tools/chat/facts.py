"""What a chat model is told about a run: few words, JSON, no pictures."""

from typing import Any

from ...memory import Run, Turn, short
from .handles import Seen

_LONG = 600  # characters of a critique


def facts(run: Run, seen: Seen | None) -> dict[str, Any]:
    """Tell how a closed run ended; `seen` is its answer."""
    stop = run.stop
    told: dict[str, Any] = {"run": short(run.id), "status": run.status, "turns": len(run.turns)}
    if seen:
        told |= {"image": seen.handle, "size": seen.size}
    if run.best:
        told |= _judged(run.best)
    if stop:
        told["stop"] = f"{stop.reason.value}: {stop.detail}" if stop.detail else stop.reason.value
    if run.failure and not run.best:
        told["problem"] = run.failure.message
    if len(run.turns) > 1:
        told["attempts"] = [_attempt(turn) for turn in run.turns]
        told["answer"] = run.answer
    return told


def _judged(turn: Turn) -> dict[str, Any]:
    told: dict[str, Any] = _scores(turn)
    if turn.critique:
        told["critique"] = _cut(turn.critique.reasoning)
    if turn.notes:
        told["notes"] = [_cut(note) for note in turn.notes]
    return told


def _attempt(turn: Turn) -> dict[str, Any]:
    told: dict[str, Any] = {"turn": turn.number, **_scores(turn)}
    if turn.failure:
        told["problem"] = _cut(turn.failure.message)
    return told


def _scores(turn: Turn) -> dict[str, Any]:
    """Both scores; absent where there are none, for unscored is not zero."""
    if turn.score is None:
        return {}
    return {"semantic": round(turn.score.semantic, 1), "quality": round(turn.score.quality, 1)}


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
