"""Plain English to a recipe and back, with the standard library only.

A lexicon turns text into items, a splitter finds the clauses, readers turn each clause into
operations, and a clause that is not understood to its last word is refused, never dropped.
"""

from .clause import Clause
from .instruction import MOST_CHARACTERS, read, read_clauses
from .intensities import AMOUNTS, LOOK_SCALE, Grade
from .looks import LOOKS
from .refusals import suggest
from .writer import write

__all__ = [
    "AMOUNTS",
    "LOOKS",
    "LOOK_SCALE",
    "MOST_CHARACTERS",
    "Clause",
    "Grade",
    "read",
    "read_clauses",
    "suggest",
    "write",
]
