"""What a run leaves behind: the records, the pictures by content hash, and the trace store.

Names load when they are first asked for: whoever handles errors needs no Pydantic. `memory.images` and
`memory.store` are asked for by name, because they load Pillow and SQLAlchemy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .errors import Border as Border
    from .errors import BudgetSpent as BudgetSpent
    from .errors import EditloopError as EditloopError
    from .errors import EditorBusy as EditorBusy
    from .errors import EditorError as EditorError
    from .errors import EditorRejected as EditorRejected
    from .errors import Forbidden as Forbidden
    from .errors import InputError as InputError
    from .errors import InternalError as InternalError
    from .errors import JudgeBusy as JudgeBusy
    from .errors import JudgeError as JudgeError
    from .errors import JudgeRejected as JudgeRejected
    from .errors import KeyReused as KeyReused
    from .errors import LeaseLost as LeaseLost
    from .errors import LimitReached as LimitReached
    from .errors import MalformedCritique as MalformedCritique
    from .errors import PictureError as PictureError
    from .errors import RunNotFound as RunNotFound
    from .errors import SettingsError as SettingsError
    from .errors import StoreAway as StoreAway
    from .errors import StoreDamaged as StoreDamaged
    from .errors import StoreError as StoreError
    from .errors import StoreFull as StoreFull
    from .errors import StoreLocked as StoreLocked
    from .errors import StoreReadOnly as StoreReadOnly
    from .errors import StoreVersion as StoreVersion
    from .errors import ThinkerBusy as ThinkerBusy
    from .errors import ThinkerError as ThinkerError
    from .errors import ThinkerRejected as ThinkerRejected
    from .errors import UnsupportedInstruction as UnsupportedInstruction
    from .names import new_run_id as new_run_id
    from .names import short as short
    from .reasons import RunStatus as RunStatus
    from .reasons import StopReason as StopReason
    from .records import SOURCE as SOURCE
    from .records import Critique as Critique
    from .records import Digest as Digest
    from .records import Failure as Failure
    from .records import Finding as Finding
    from .records import FindingKind as FindingKind
    from .records import Frozen as Frozen
    from .records import ImageRef as ImageRef
    from .records import Judgement as Judgement
    from .records import Run as Run
    from .records import Sample as Sample
    from .records import Score as Score
    from .records import Spread as Spread
    from .records import Stop as Stop
    from .records import Task as Task
    from .records import Turn as Turn
    from .records import Usage as Usage
    from .records import Verdict as Verdict

_HOMES = {
    "Border": ".errors",
    "BudgetSpent": ".errors",
    "Critique": ".records",
    "Digest": ".records",
    "EditloopError": ".errors",
    "EditorBusy": ".errors",
    "EditorError": ".errors",
    "EditorRejected": ".errors",
    "Forbidden": ".errors",
    "Failure": ".records",
    "Finding": ".records",
    "FindingKind": ".records",
    "Frozen": ".records",
    "ImageRef": ".records",
    "InputError": ".errors",
    "InternalError": ".errors",
    "JudgeBusy": ".errors",
    "JudgeError": ".errors",
    "JudgeRejected": ".errors",
    "KeyReused": ".errors",
    "Judgement": ".records",
    "LeaseLost": ".errors",
    "LimitReached": ".errors",
    "MalformedCritique": ".errors",
    "PictureError": ".errors",
    "Run": ".records",
    "RunNotFound": ".errors",
    "RunStatus": ".reasons",
    "SOURCE": ".records",
    "Sample": ".records",
    "Score": ".records",
    "SettingsError": ".errors",
    "Spread": ".records",
    "Stop": ".records",
    "StopReason": ".reasons",
    "StoreAway": ".errors",
    "StoreDamaged": ".errors",
    "StoreError": ".errors",
    "StoreFull": ".errors",
    "StoreLocked": ".errors",
    "StoreReadOnly": ".errors",
    "StoreVersion": ".errors",
    "Task": ".records",
    "ThinkerBusy": ".errors",
    "ThinkerError": ".errors",
    "ThinkerRejected": ".errors",
    "Turn": ".records",
    "UnsupportedInstruction": ".errors",
    "Usage": ".records",
    "Verdict": ".records",
    "new_run_id": ".names",
    "short": ".names",
}

__all__ = [
    "SOURCE",
    "Border",
    "BudgetSpent",
    "Critique",
    "Digest",
    "EditloopError",
    "EditorBusy",
    "EditorError",
    "EditorRejected",
    "Failure",
    "Finding",
    "FindingKind",
    "Forbidden",
    "Frozen",
    "ImageRef",
    "InputError",
    "InternalError",
    "JudgeBusy",
    "JudgeError",
    "JudgeRejected",
    "Judgement",
    "KeyReused",
    "LeaseLost",
    "LimitReached",
    "MalformedCritique",
    "PictureError",
    "Run",
    "RunNotFound",
    "RunStatus",
    "Sample",
    "Score",
    "SettingsError",
    "Spread",
    "Stop",
    "StopReason",
    "StoreAway",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreLocked",
    "StoreReadOnly",
    "StoreVersion",
    "Task",
    "ThinkerBusy",
    "ThinkerError",
    "ThinkerRejected",
    "Turn",
    "UnsupportedInstruction",
    "Usage",
    "Verdict",
    "new_run_id",
    "short",
]


def __getattr__(name: str) -> object:
    if home := _HOMES.get(name):
        value = getattr(import_module(home, __name__), name)
        globals()[name] = value  # asked for often, looked up once
        return value

    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
