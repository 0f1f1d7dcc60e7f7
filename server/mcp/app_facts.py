"""What the app is told of a run: every turn with its critique, and no picture."""

from typing import Any

from ...memory import Run, Turn, short
from ...memory.records import SOURCE, ImageRef
from ..host.moments import moments


def facts(run: Run, *, paused: bool = False) -> dict[str, Any]:
    """A run as plain JSON; pictures are named by number, 0 being the source."""
    past = moments(run)
    return {
        "run_id": run.id,
        "short": short(run.id),
        "status": run.status,
        "paused": paused,
        "heard": past[-1].number if past else 0,
        "instruction": run.task.instruction,
        "editor": run.editor,
        "thinker": run.thinker,
        "answer": run.answer,
        "stop": run.stop.model_dump(mode="json") if run.stop else None,
        "failure": run.failure.message if run.failure else None,
        "parent": run.task.labels.get("parent"),
        "parent_turn": run.task.labels.get("parent_turn"),
        "source": picture(run.task.source),
        "turns": [_turn(turn) for turn in run.turns],
    }


def picture(image: ImageRef) -> dict[str, Any]:
    """A picture without its bytes; sizes in pixels and bytes, as it is kept."""
    return {
        "image": f"editloop://image/{image.sha256}",
        "width": image.width,
        "height": image.height,
        "bytes": image.size,
        "media_type": image.media_type,
    }


def number_of(run: Run, turn: int | None) -> int:
    """The picture that is meant: the answer, the latest edit, or the source where none is named."""
    if turn is not None:
        return turn
    if run.answer is not None:
        return run.answer
    return next((each.number for each in reversed(run.turns) if each.edited), SOURCE)


def _turn(turn: Turn) -> dict[str, Any]:
    critique, score = turn.critique, turn.score
    return {
        "turn": turn.number,
        "base": turn.base,
        "instruction": turn.instruction,
        "done": turn.done,
        "picture": picture(turn.edited) if turn.edited else None,
        "score": round(score.overall, 2) if score else None,
        "semantic": score.semantic if score else None,
        "quality": score.quality if score else None,
        "reasoning": critique.reasoning if critique else "",
        "refined": critique.refined if critique else "",
        "failure": turn.failure.message if turn.failure else None,
        "seconds": round(turn.usage.seconds, 1),
        "cost": turn.usage.cost,
    }
