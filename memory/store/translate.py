"""Rows to records and back; the only place where both are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from ..errors import StoreDamaged, StoreError
from ..records import Critique, Failure, Finding, ImageRef, Run, Sample, Stop, Task, Turn, short
from .rows import ImageRow, LabelRow, ReferenceRow, RunRow, SampleRow, TurnRow

Values = dict[str, Any]
"""Columns by name."""

Images = Mapping[str, ImageRef]
"""Pictures by their SHA-256."""


BLANK: Values = {"turns": 0, "seconds": 0.0, "cost": 0.0}
"""The summary of a run without turns."""


def image_values(image: ImageRef) -> Values:
    """Return the row of a picture."""
    return image.model_dump()


def run_values(run: Run) -> Values:
    """Return the row of a run as it is opened: no turns, no ending."""
    return {
        "id": run.id,
        "created": run.created,
        "status": "open",
        "instruction": run.task.instruction,
        "source_sha": run.task.source.sha256,
        "mask_sha": run.task.mask.sha256 if run.task.mask else None,
        "seed": run.task.seed,
        "editor": run.editor,
        "thinker": run.thinker,
        "settings": _settings_values(run),
        "trace_id": run.trace_id,
        "span_id": run.span_id,
        **BLANK,
    }


def ending_values(run: Run) -> Values:
    """Return the columns that closing a run fills, without its answer's picture."""
    return {
        "status": run.status,
        "stop_reason": run.stop.reason.value if run.stop else None,
        "stop_detail": run.stop.detail if run.stop else None,
        "answer": run.answer,
        "failure": _failure_values(run.failure),
    }


def pictures(task: Task) -> list[ImageRef]:
    """Return all pictures of a task."""
    return [task.source, *([task.mask] if task.mask else []), *task.references]


def reference_values(run: Run) -> list[Values]:
    """Return the rows of a task's further pictures."""
    return [
        {"run_id": run.id, "position": position, "image_sha": image.sha256}
        for position, image in enumerate(run.task.references)
    ]


def label_values(run: Run) -> list[Values]:
    """Return the rows of a task's labels."""
    labels = run.task.labels.items()
    return [{"run_id": run.id, "name": name, "value": value} for name, value in labels]


def edit_values(run_id: str, turn: Turn) -> Values:
    """Return the columns of the edit half, without the base's picture.

    A failure belongs to this half only when it is the reason why there is no edit.
    """
    failure = {} if turn.edited else {"failure": _failure_values(turn.failure)}
    return failure | {
        "run_id": run_id,
        "number": turn.number,
        "instruction": turn.instruction,
        "base": turn.base,
        "seed": turn.seed,
        "edited_sha": turn.edited.sha256 if turn.edited else None,
        "edit_seconds": turn.edit_seconds,
        "edit_cost": turn.edit_cost,
        "notes": list(turn.notes),
        "findings": [finding.model_dump() for finding in turn.findings],
    }


def critique_values(turn: Turn) -> Values:
    """Return the columns of the critique half."""
    critique = turn.critique
    score = critique.score if critique else None
    spread = critique.spread if critique else None
    return {
        "semantic": score.semantic if score else None,
        "quality": score.quality if score else None,
        "reasoning": critique.reasoning if critique else None,
        "refined": critique.refined if critique else None,
        "satisfied": critique.satisfied if critique else None,
        "spread": spread.model_dump() if spread else None,
        "failure": _failure_values(turn.failure),
    }


def sample_values(run_id: str, turn_number: int, position: int, sample: Sample) -> Values:
    """Return the row of one answer of a thinker."""
    keys = {"run_id": run_id, "turn_number": turn_number, "position": position}
    return keys | sample.model_dump()


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that the store holds of one run; what has an order is in it."""

    run: RunRow
    turns: Sequence[TurnRow]
    samples: Sequence[SampleRow]
    references: Sequence[ReferenceRow]
    labels: Sequence[LabelRow]


def run_of(kept: Kept, images: Images) -> Run:
    """Return a run from its rows.

    Raises:
        StoreDamaged: the rows are no run.
    """
    row = kept.run
    try:
        return Run(
            id=row.id,
            task=_task_of(kept, images),
            created=row.created,
            turns=tuple(turn_of(turn, kept.samples, images) for turn in kept.turns),
            stop=_stop_of(row),
            answer=row.answer,
            failure=_failure_of(row.failure),
            editor=row.editor,
            thinker=row.thinker,
            settings=row.settings,
            trace_id=row.trace_id,
            span_id=row.span_id,
        )
    except (ValidationError, KeyError, TypeError) as error:
        raise StoreDamaged(f"run {row.id} cannot be read back from its rows: {error}") from error


def turn_of(row: TurnRow, samples: Sequence[SampleRow], images: Images) -> Turn:
    """Return a turn, whole or half, with those of the samples that are its own."""
    return Turn(
        number=row.number,
        instruction=row.instruction,
        base=row.base,
        seed=row.seed,
        edited=images[row.edited_sha] if row.edited_sha else None,
        edit_seconds=row.edit_seconds,
        edit_cost=row.edit_cost,
        notes=tuple(row.notes),
        findings=tuple(Finding.model_validate(values) for values in row.findings or ()),
        samples=tuple(sample_of(s) for s in samples if s.turn_number == row.number),
        critique=_critique_of(row),
        failure=_failure_of(row.failure),
    )


def sample_of(row: SampleRow) -> Sample:
    """Return an answer of a thinker from its row."""
    return Sample(**{name: getattr(row, name) for name in Sample.model_fields})


def image_of(row: ImageRow) -> ImageRef:
    """Return a picture from its row."""
    return ImageRef(**{name: getattr(row, name) for name in ImageRef.model_fields})


def _task_of(kept: Kept, images: Images) -> Task:
    row = kept.run
    return Task(
        source=images[row.source_sha],
        instruction=row.instruction,
        mask=images[row.mask_sha] if row.mask_sha else None,
        references=tuple(images[reference.image_sha] for reference in kept.references),
        seed=row.seed,
        labels={label.name: label.value for label in kept.labels},
    )


def _critique_of(row: TurnRow) -> Critique | None:
    if row.refined is None:
        return None
    scored = row.semantic is not None and row.quality is not None
    score = {"semantic": row.semantic, "quality": row.quality} if scored else None
    return Critique.model_validate(
        {
            "score": score,
            "reasoning": row.reasoning,
            "refined": row.refined,
            "satisfied": row.satisfied,
            "spread": row.spread,
        }
    )


def _stop_of(row: RunRow) -> Stop | None:
    if row.stop_reason is None:
        return None
    return Stop.model_validate({"reason": row.stop_reason, "detail": row.stop_detail})


def _settings_values(run: Run) -> Values:
    try:
        plain: Values = to_jsonable_python(run.settings)
    except ValueError as error:
        raise StoreError(f"the settings of {short(run.id)} cannot be stored: {error}") from error
    return plain


def _failure_values(failure: Failure | None) -> Values | None:
    return failure.model_dump() if failure else None


def _failure_of(values: Values | None) -> Failure | None:
    return Failure.model_validate(values) if values else None
