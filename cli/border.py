"""The outermost border: every ending becomes an exit code and at most one sentence."""

import gc
import os
import sys

from . import argv, front_page
from .exits import Exit


class Ended(Exception):
    """A command ends here, having said everything."""

    def __init__(self, code: Exit) -> None:
        super().__init__(int(code))
        self.code = code


def run(words: list[str]) -> int:
    """Run one command line and return the exit code."""
    gc.set_threshold(50_000)  # imports make many objects and no garbage
    os.environ.setdefault("PYDANTIC_AI_NO_BANNER", "1")  # it would print one between our lines
    try:
        code = _guarded(words)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _forget_stdout()
        return Exit.PIPE


def _guarded(words: list[str]) -> int:
    try:
        return _dispatched(words)
    except Ended as ended:
        return ended.code
    except KeyboardInterrupt:
        print("stopped  before anything was begun", file=sys.stderr)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 (the outermost border)
        return _failed(error, words)


def _dispatched(words: list[str]) -> int:
    if front_page.shown(words):
        return Exit.ACCEPTED

    from .app import make_app

    app = make_app()
    result = app(argv.prepared(words))
    return int(result) if isinstance(result, int) else Exit.ACCEPTED


def _failed(error: Exception, words: list[str]) -> int:
    from . import complaints

    return complaints.told(error, json=argv.json_wanted(words), verbose=argv.verbosity(words) >= 2)


def _forget_stdout() -> None:
    """Point stdout to nowhere, so that the interpreter's last flush finds no broken pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
