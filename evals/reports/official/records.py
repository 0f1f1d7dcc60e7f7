"""`{key}_meta.json` and `processing_summary.json` from runs (EditThinker facts, section 1.9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....memory.reasons import StopReason
from ....memory.records import Critique, Run, Turn
from ...score.rows import Case
from . import places

_CONTENT = (StopReason.SATISFIED, StopReason.UNCHANGED)
"""Endings for which the published loop copies the last picture into a turn of its own."""


@dataclass(frozen=True, slots=True)
class Step:
    """One turn folder of a case: the number of the folder, and of the turn whose picture is in it."""

    number: int
    picture: int
    generated: bool = True


def steps(run: Run) -> list[Step]:
    """The turn folders of a run: its turns with a picture, and the copy after a contented ending.

    The published loop judges a picture at the start of the next turn, so that an ending before the
    limit has one more turn, which edits nothing.
    """
    found: list[Step] = []
    for turn in run.turns:
        if turn.edit_done:
            found.append(Step(turn.number, turn.number))
        elif found:
            found.append(Step(turn.number, found[-1].picture, generated=False))
    if found and content(run) and len(run.turns) < limit(run):
        found.append(Step(found[-1].number + 1, found[-1].picture, generated=False))
    return found


def content(run: Run) -> bool:
    """Whether the run ended because its thinker had nothing to improve."""
    return run.stop is not None and run.stop.reason in _CONTENT


def limit(run: Run) -> int:
    """The most turns that the run could have had, as far as its settings say."""
    turns = run.settings.get("turns", run.settings.get("max_turns"))
    return turns if isinstance(turns, int) and turns > 0 else len(run.turns)


def meta(case: Case, run: Run) -> dict[str, Any]:
    """What `{key}_meta.json` holds; paths are relative to the folder of the export."""
    name, folder, made = places.key(case), places.folder(case), steps(run)
    final = f"final/{folder}"
    return {
        "key": name,
        "task_type": places.task_type(case),
        "instruction_language": places.language(case),
        "original_instruction": run.task.instruction,
        "max_turns": limit(run),
        "turns": [_turn(step, run, f"turn{step.number}/{folder}", name) for step in made],
        "is_satisfied": content(run),
        "final_turn": len(made),
        "final_output_path": f"{final}/{name}.png",
        "final_source_path": f"{final}/{name}_SRCIMG.png",
        "all_turns_in_final": [
            {"turn": step.number, "path": f"{final}/{name}_turn{step.number}.png"} for step in made
        ],
    }


def _turn(step: Step, run: Run, folder: str, name: str) -> dict[str, Any]:
    turn = run.turns[step.number - 1] if step.number <= len(run.turns) else None
    before = run.turns[step.number - 2] if step.number > 1 else None
    first = step.number == 1
    return {
        "turn_number": step.number,
        "rewritten_prompt": turn.instruction if turn is not None and step.generated else None,
        "evaluation": None if before is None else _evaluation(before, step, run),
        "generated": step.generated,
        "output_path": f"{folder}/{name}.png",
        "source_path": f"{folder}/{name}_SRCIMG.png",
        "method": "no_rewrite" if first else "evaluate_and_rewrite_prompt",
        "action": "generated" if step.generated else "copied_from_previous_turn",
    }


def _evaluation(before: Turn, step: Step, run: Run) -> dict[str, Any] | None:
    critique: Critique | None = before.critique
    if critique is None:
        return None
    satisfied = critique.satisfied
    if satisfied is None:
        satisfied = not step.generated and step.number > len(run.turns)
    return {
        "is_satisfied": satisfied,
        "reason": critique.reasoning,
        "new_prompt": None if satisfied else critique.refined,
    }


def succeeded(case: Case, run: Run) -> dict[str, Any]:
    """A case's entry in the summary."""
    found = meta(case, run)
    return {
        "status": "success",
        "key": found["key"],
        "is_satisfied": found["is_satisfied"],
        "final_turn": found["final_turn"],
        "output_path": found["final_output_path"],
    }


def failed(case: Case, why: str) -> dict[str, Any]:
    """The entry of a case without a picture."""
    return {"status": "error", "key": places.key(case), "error": why}


def summary(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What `processing_summary.json` holds."""
    kinds = [entry["status"] for entry in entries]
    return {
        "total": len(entries),
        "success": kinds.count("success"),
        "skipped": kinds.count("skipped"),
        "error": kinds.count("error"),
        "satisfied": sum(bool(entry.get("is_satisfied")) for entry in entries),
        "results": list(entries),
    }
