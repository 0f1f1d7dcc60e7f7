"""From a run on record to what is told of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from making import critique

from editloop.memory import Failure, ImageRef, Run, Stop, StopReason, Task, Turn
from editloop.server.mcp.outbox import file_name
from editloop.server.mcp.told import clipped, status_of, turn_line

SOURCE = ImageRef(sha256="0" * 64, media_type="image/png", width=4, height=3, size=9)


def a_turn(**more: Any) -> Turn:
    return Turn(number=1, instruction="warm", **more)


@pytest.mark.parametrize(
    ("turn", "line"),
    [
        (a_turn(), "turn 1: being edited"),
        (a_turn(edited=SOURCE), "turn 1: edited, not looked at yet"),
        (
            a_turn(edited=SOURCE, critique=critique(6, 6, "x")),
            "turn 1: score 6.0 (semantic 6, quality 6), told 'warm'",
        ),
        (
            a_turn(
                edited=SOURCE,
                critique=critique(6, 6, "x").model_copy(update={"score": None, "satisfied": True}),
            ),
            "turn 1: good enough, told 'warm'",
        ),
        (
            a_turn(failure=Failure(border="editor", kind="EditorError", message="it\nburns")),
            "turn 1: it burns",
        ),
    ],
)
def test_a_turn_is_one_line(turn: Turn, line: str) -> None:
    assert turn_line(turn) == line


def test_how_a_run_stands_is_one_word() -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    run = Run(id="01abcdefgh", task=Task(source=SOURCE, instruction="i"), created=now)
    refused = run.ended(Stop(reason=StopReason.REFUSED), None)
    assert [status_of(run, False), status_of(run, True)] == ["running", "paused"]
    assert status_of(refused, False) == "refused"


def test_long_texts_are_cut_and_stay_one_line() -> None:
    assert clipped("a\n\n b", 10) == "a b"
    assert clipped("x" * 200, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("/home/me/cat.png", "cat.png"),
        ("file:///home/me/cat.png", "cat.png"),
        ("https://x.example/a/cat.png?token=secret#top", "cat.png"),
        ("run:abcdef", ""),
        ("last", ""),
        ("data:image/png;base64,AAAA", ""),
        ("editloop://image/00", ""),
    ],
)
def test_the_name_of_a_file_is_kept_and_nothing_else_of_its_address(said: str, name: str) -> None:
    assert file_name(said) == name
