"""Errors, told to the person or the program that must act."""

import json as jsons
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts.exceptions import CycloptsError

from .exits import Exit, of_error
from .words import visible

if TYPE_CHECKING:
    from ..memory import EditloopError

_HINTS = {
    "UnsupportedInstruction": "editloop retouch --schema",
    "RunNotFound": "editloop runs list",
    "StoreAway": "try again in a moment",
    "StoreLocked": "try again in a moment",
    "StoreVersion": "editloop doctor",
    "StoreReadOnly": "editloop doctor",
    "StoreFull": "editloop runs gc",
    "StoreDamaged": "editloop doctor",
    "EditorBusy": "try again, or resume the run",
    "ThinkerBusy": "try again, or resume the run",
}


def told(error: Exception, *, json: bool, verbose: bool) -> Exit:
    """Print an error once, and return the code of the process."""
    found = _described(error)
    if json:
        print(jsons.dumps({"error": found}, ensure_ascii=False))
    else:
        hint = f"\nnext:    {found['hint']}" if found["hint"] else ""
        print(f"error:   {visible(found['message'])}{hint}", file=sys.stderr)
    if verbose:
        traceback.print_exception(error)
    return Exit(found["code"])


def hint_for(kind: str) -> str | None:
    """What to type after an error of this kind."""
    return _HINTS.get(kind)


def _described(error: Exception) -> dict[str, Any]:
    from ..memory import EditloopError

    if isinstance(error, CycloptsError):
        return _entry(Exit.USAGE, "UsageError", _usage(error), hint=_help_of(error))
    if isinstance(error, EditloopError):
        return _of_ours(error)

    report = _reported(error)
    message = f"internal error, please report it: {type(error).__name__}: {error} (see {report})"
    return _entry(Exit.INTERNAL, type(error).__name__, message) | {"report": str(report)}


def _of_ours(error: "EditloopError") -> dict[str, Any]:
    kind = type(error).__name__
    found = _entry(of_error(error), kind, str(error), error.retryable, hint_for(kind))
    extra = {name: getattr(error, name, None) for name in ("clause", "nearest", "needs")}
    return found | {name: value for name, value in extra.items() if value}


def _entry(
    code: Exit, kind: str, message: str, retryable: bool = False, hint: str | None = None
) -> dict[str, Any]:
    return {
        "code": int(code),
        "kind": kind,
        "message": " ".join(message.split()),
        "retryable": retryable,
        "hint": hint,
    }


def _usage(error: CycloptsError) -> str:
    return str(error).removesuffix(".").replace('Command "', 'command "')


def _help_of(error: CycloptsError) -> str:
    chain = " ".join(error.command_chain or ())
    return f"editloop {chain} --help".replace("  ", " ")


def _reported(error: Exception) -> Path:
    with tempfile.NamedTemporaryFile(
        "w", prefix="editloop-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(" ".join(sys.argv[1:2]) + f"\nPython {sys.version}\n\n")
        traceback.print_exception(error, file=file)
    return Path(file.name)
