"""Replicas behind one door: dispatch, circuit breaking, hedging, fairness."""

from .clock import Clock, EventLoopClock
from .door import PoolDoor
from .editors import EditorPool
from .member import Probe
from .metrics import PoolMetrics
from .pool import Pool, PoolErrors
from .probing import tiny_edit
from .race import Answered, Job
from .rules import PATIENT, PoolRules
from .snapshot import PoolSnapshot, ReplicaSnapshot

__all__ = [
    "PATIENT",
    "Answered",
    "Clock",
    "EditorPool",
    "EventLoopClock",
    "Job",
    "Pool",
    "PoolDoor",
    "PoolErrors",
    "PoolMetrics",
    "PoolRules",
    "PoolSnapshot",
    "Probe",
    "ReplicaSnapshot",
    "tiny_edit",
]
