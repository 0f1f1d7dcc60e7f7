"""Thinkers, stop policies, selectors: who decides.

`policies.measured` is asked for by name, because it loads numpy and Pillow.
"""

from .base import BaseChoice, FromBest, FromPrevious, FromSource
from .profiles import Rules, exhaustive, reference, standard
from .rewriter import Rewriter, Rewriting, Wish
from .scripted import ScriptedRewriter, ScriptedThinker, opinion
from .select import BestScore, LastTurn, Selector
from .stop import (
    AllOf,
    AnyOf,
    Budget,
    Declining,
    MaxTurns,
    Plateau,
    Repeated,
    Rule,
    Satisfied,
    StopPolicy,
    Unchanged,
)
from .thinker import Comparison, Opinion, Thinker

__all__ = [
    "AllOf",
    "AnyOf",
    "BaseChoice",
    "BestScore",
    "Budget",
    "Comparison",
    "Declining",
    "FromBest",
    "FromPrevious",
    "FromSource",
    "LastTurn",
    "MaxTurns",
    "Opinion",
    "Plateau",
    "Repeated",
    "Rewriter",
    "Rewriting",
    "Rule",
    "Rules",
    "Satisfied",
    "ScriptedRewriter",
    "ScriptedThinker",
    "Selector",
    "StopPolicy",
    "Thinker",
    "Unchanged",
    "Wish",
    "exhaustive",
    "opinion",
    "reference",
    "standard",
]
