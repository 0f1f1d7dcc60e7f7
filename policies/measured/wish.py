"""What the user asked, as a flat list of operations that remember their clauses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ...memory import ThinkerError, UnsupportedInstruction
from ...tools.retouch.recipe import Operation

Strength = Literal["slight", "moderate", "strong"]


class ClauseLike(Protocol):
    """What the English reader says about a clause."""

    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def operations(self) -> Sequence[Operation]: ...  # noqa: D102
    @property
    def exact(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Wish:
    """One operation that the user's words ask for."""

    index: int
    """Its place in the request, counting from 0."""

    operation: Operation
    exact: bool
    """The user named a number."""

    clause: str
    """The user's words."""


def wishes(clauses: Sequence[ClauseLike]) -> tuple[Wish, ...]:
    """List the operations of all clauses in order."""
    pairs = [(clause, operation) for clause in clauses for operation in clause.operations]
    return tuple(
        Wish(index, operation, clause.exact, clause.text)
        for index, (clause, operation) in enumerate(pairs)
    )


def read_wishes(asked: str) -> tuple[Wish, ...]:
    """Read what the user asked.

    Raises:
        ThinkerError: a clause cannot be read, or there is none; names it.
    """
    from ...tools.retouch.english import read_clauses

    try:
        found = wishes(read_clauses(asked))
    except UnsupportedInstruction as error:
        clause = error.clause or asked
        raise unmeasurable(clause, "it is no photometric or geometric operation") from error
    if not found:
        raise unmeasurable(asked, "it asks for no change")
    return found


def unmeasurable(clause: str, why: str) -> ThinkerError:
    """The error for a clause that pixels alone cannot answer."""
    return ThinkerError(
        f"the measured thinker cannot judge {clause!r}: {why}; needs a vision model thinker"
    )
