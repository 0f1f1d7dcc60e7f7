"""Runs as literals: a list of scores is a run."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from editloop.memory import Critique, Failure, ImageRef, Run, Score, Task, Turn

Scored = tuple[float, float] | float | bool | None
MakeRun = Callable[..., Run]


def _ref(name: str) -> ImageRef:
    digest = name.encode().hex().ljust(64, "0")[:64]
    return ImageRef(sha256=digest, media_type="image/png", width=4, height=3, size=9)


def _turn(number: int, scored: Scored, *, edited: str | None, refined: str) -> Turn:
    critique = None if scored is None else _critique(scored, refined)
    failure = None if critique else Failure(border="thinker", kind="ThinkerError", message="no")
    return Turn(
        number=number,
        instruction=f"told {number}",
        edited=_ref(edited) if edited else None,
        edit_seconds=2.0,
        edit_cost=0.25,
        critique=critique if edited else None,
        failure=failure if edited else Failure(border="editor", kind="EditorError", message="no"),
    )


def _critique(scored: tuple[float, float] | float | bool, refined: str) -> Critique:
    if isinstance(scored, bool):
        return Critique(satisfied=scored, reasoning="seen", refined=refined)
    semantic, quality = (scored, scored) if isinstance(scored, int | float) else scored
    score = Score(semantic=semantic, quality=quality)
    return Critique(score=score, reasoning="seen", refined=refined)


def _run_of(
    scores: Sequence[Scored] = (), *, edits: Sequence[str | None] = (), refined: str = "more"
) -> Run:
    names = edits or [f"edit {i}" for i in range(len(scores))]
    turns = [
        _turn(i, scored, edited=name, refined=refined)
        for i, (scored, name) in enumerate(zip(scores, names, strict=True), start=1)
    ]
    return Run(
        id="0123456789",
        task=Task(source=_ref("source"), instruction="brighten it"),
        created=datetime(2026, 1, 1, tzinfo=UTC),
        turns=tuple(turns),
    )


@pytest.fixture(scope="session")
def run_of() -> MakeRun:
    """`run_of([(8, 9), 7, False, None])`: both scores, one for both, a flag without scores, or a
    turn without a critique.

    `edits` names each turn's bytes, None where the editor failed; `refined` is what every critique
    asks for next. Each edit takes 2 s and 0.25 dollars.
    """
    return _run_of
