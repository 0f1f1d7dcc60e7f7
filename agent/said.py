"""Events and runs as plain JSON: what command lines print and servers send."""

from typing import Any

from ..memory import Run, Turn
from .events import (
    NAMES,
    Closed,
    Editing,
    EditProgress,
    Event,
    Opened,
    Retrying,
    TurnCriticised,
    TurnEdited,
)


def said(event: Event) -> dict[str, Any]:
    """An event as one JSON object; `type` is its name."""
    return {"type": NAMES[type(event)], **_said(event)}


def _said(event: Event) -> dict[str, Any]:
    match event:
        case Opened(run=run, resumed=resumed):
            source = run.task.source.uri
            return {"run": run.id, "resumed": resumed, "source": source} | engines_said(run)
        case Editing(run_id=run_id, turn=turn):
            told = {"instruction": turn.instruction, "base": turn.base}
            return {"run": run_id, "turn": turn.number} | told
        case EditProgress(run_id=run_id, turn_number=number, progress=at):
            steps = {"done": at.done, "of": at.of, "what": at.what}
            return {"run": run_id, "turn": number} | steps
        case TurnEdited(run=run, turn=turn):
            return {"run": run.id} | turn_said(turn)
        case Retrying(run_id=run_id, turn_number=number, failure=failure, wait=wait):
            why = failure.model_dump(mode="json")
            return {"run": run_id, "turn": number, "failure": why, "wait": round(wait, 3)}
        case TurnCriticised(run=run, turn=turn):
            return {"run": run.id} | turn_said(turn) | critique_said(turn)
        case Closed(run=run):
            return {"run": run.id} | ending_said(run)


def engines_said(run: Run) -> dict[str, Any]:
    """Who works on what."""
    return {"instruction": run.task.instruction, "editor": run.editor, "thinker": run.thinker}


def turn_said(turn: Turn) -> dict[str, Any]:
    """The edit half of a turn."""
    failure = turn.failure.model_dump(mode="json") if turn.failure else None
    return {
        "turn": turn.number,
        "image": turn.edited.uri if turn.edited else None,
        "seconds": round(turn.usage.seconds, 3),
        "cost": turn.usage.cost,
        "notes": list(turn.notes),
        "findings": [finding.model_dump() for finding in turn.findings],
        "failure": failure,
    }


def critique_said(turn: Turn) -> dict[str, Any]:
    """The critique half of a turn."""
    critique = turn.critique
    if critique is None:
        return {"score": None}

    score = critique.score
    return {
        "score": round(score.overall, 3) if score else None,
        "semantic": score.semantic if score else None,
        "quality": score.quality if score else None,
        "satisfied": critique.satisfied,
        "spread": critique.spread.model_dump() if critique.spread else None,
        "reasoning": critique.reasoning,
        "refined": critique.refined,
    }


def ending_said(run: Run) -> dict[str, Any]:
    """How a run ended."""
    return {
        "status": run.status,
        "stop": run.stop.model_dump(mode="json") if run.stop else None,
        "answer": run.answer,
        "image": run.best.edited.uri if run.best and run.best.edited else None,
        "turns": len(run.turns),
        "failure": run.failure.model_dump(mode="json") if run.failure else None,
    }
