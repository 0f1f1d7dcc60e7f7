"""Exit codes: what a script can rely on."""

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..memory import EditloopError, Failure, Run, Turn


class Exit(IntEnum):
    """What the process says when it ends. 0, 3 and 6 have written a picture."""

    ACCEPTED = 0
    INTERNAL = 1
    USAGE = 2
    NOT_REACHED = 3
    BACKEND = 4
    REFUSED = 5
    LIMIT = 6
    STORE = 7
    UNKNOWN = 8
    INTERRUPTED = 130
    PIPE = 141
    TERMINATED = 143


MEANINGS: dict[Exit, str] = {
    Exit.ACCEPTED: "accepted: the answer's scores reach the targets",
    Exit.INTERNAL: "internal error: a bug; the path of a report is printed",
    Exit.USAGE: "wrong usage, setting or name of a run; nothing was done",
    Exit.NOT_REACHED: "finished below the targets, or some unscored; the best is written",
    Exit.BACKEND: "editor, thinker or judge away, or it refused; no picture",
    Exit.REFUSED: "input refused: the instruction, a file, a format or a size",
    Exit.LIMIT: "stopped by the time or cost limit; the best so far, if any, is written",
    Exit.STORE: "the store is locked, full, read-only, damaged or of another version",
    Exit.UNKNOWN: "cut off in the middle of a call whose outcome is unknown; safe to resume",
    Exit.INTERRUPTED: "Ctrl-C: the state is saved, the command that resumes is printed",
    Exit.TERMINATED: "SIGTERM: the same",
}

_KINDS: dict[str, Exit] = {"SettingsError": Exit.USAGE, "RunNotFound": Exit.USAGE}
_BORDERS: dict[str, Exit] = {
    "input": Exit.REFUSED,
    "editor": Exit.BACKEND,
    "thinker": Exit.BACKEND,
    "judge": Exit.BACKEND,
    "store": Exit.STORE,
    "budget": Exit.LIMIT,
    "internal": Exit.INTERNAL,
}
_GRAVEST = (
    Exit.INTERNAL,
    Exit.STORE,
    Exit.UNKNOWN,
    Exit.BACKEND,
    Exit.USAGE,
    Exit.REFUSED,
    Exit.LIMIT,
    Exit.NOT_REACHED,
)


def of_error(error: "EditloopError") -> Exit:
    """The code of an error that ends a command."""
    return _KINDS.get(type(error).__name__) or _BORDERS[error.border]


def of_failure(failure: "Failure") -> Exit:
    """The code of a failure on record."""
    return _KINDS.get(failure.kind) or _BORDERS[failure.border]


def of_run(run: "Run", *, semantic: float, quality: float, accept_best: bool = False) -> Exit:
    """The code of a run that has ended, given the scores that were asked for.

    What counts is the answer, whatever ended the run: an unchanged instruction is accepted when
    the answer reaches the targets, and is not when it does not; a thinker without scores says by
    its stop flag whether it does. `accept_best` takes any picture.
    """
    best = run.best
    if best is None:
        return of_failure(run.failure) if run.failure else _without_answer(run)

    if accept_best or _reached(best, semantic, quality):
        return Exit.ACCEPTED

    limited = run.stop is not None and run.stop.reason == "budget"
    return Exit.LIMIT if limited else Exit.NOT_REACHED


def _reached(best: "Turn", semantic: float, quality: float) -> bool:
    if score := best.score:
        return score.semantic >= semantic and score.quality >= quality

    return bool(best.critique and best.critique.satisfied)


def gravest(codes: "list[Exit]") -> Exit:
    """One code for many runs: what most needs a person."""
    return next((code for code in _GRAVEST if code in codes), Exit.ACCEPTED)


def _without_answer(run: "Run") -> Exit:
    reason = run.stop.reason if run.stop else None
    return {"budget": Exit.LIMIT, "refused": Exit.REFUSED}.get(reason or "", Exit.BACKEND)
