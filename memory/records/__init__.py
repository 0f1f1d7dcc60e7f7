"""The vocabulary: what a run leaves behind, as frozen records."""

from ..names import new_run_id, short
from ..reasons import RunStatus, StopReason
from .critique import Critique, Sample, Score, Spread, Verdict
from .ending import Failure, Stop
from .finding import Finding, FindingKind
from .frozen import Frozen
from .image import Digest, ImageRef
from .judgement import Judgement
from .run import SOURCE, Run, Task, Turn
from .usage import Usage

__all__ = [
    "SOURCE",
    "Critique",
    "Digest",
    "Failure",
    "Finding",
    "FindingKind",
    "Frozen",
    "ImageRef",
    "Judgement",
    "Run",
    "RunStatus",
    "Sample",
    "Score",
    "Spread",
    "Stop",
    "StopReason",
    "Task",
    "Turn",
    "Usage",
    "Verdict",
    "new_run_id",
    "short",
]
