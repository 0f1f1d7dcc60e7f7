"""What the one layer that retries makes of an error."""

import subprocess
import sys

import pytest

from editloop.agent import Retry
from editloop.memory import (
    EditloopError,
    EditorBusy,
    EditorRejected,
    MalformedCritique,
    ThinkerBusy,
)


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (EditorBusy("500"), True),
        (EditorBusy("429", retry_after=7.0), 7.0),
        (ThinkerBusy("503", retry_after=0.0), 0.0),
        (EditorBusy("429", retry_after=3600.0), 120.0),
        (MalformedCritique("no <score>"), 0.0),
        (EditorRejected("400"), False),
    ],
)
def test_a_wait_that_was_asked_for_is_kept_within_bounds(
    error: EditloopError, what: bool | float
) -> None:
    found = Retry(patience=120.0).worth_another(error)
    assert (found, type(found)) == (what, type(what))


def test_errors_that_are_not_ours_are_not_tried_again() -> None:
    assert Retry().worth_another(ZeroDivisionError()) is False


def test_a_program_that_has_set_up_no_logging_sees_no_lines_of_retries() -> None:
    program = """
import anyio
from editloop.agent import Retry
from editloop.memory import EditorBusy

async def go():
    async for attempt in Retry(wait=0).attempts(2):
        with attempt:
            raise EditorBusy("busy")

try:
    anyio.run(go)
except EditorBusy:
    print("tried")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("tried\n", "")
