"""The judge of the simulation: it knows the truth, and scores as GEdit-Bench does.

Semantic is the lower of two parts, as in VIEScore: what was asked is there, and nothing else is
otherwise. Overall is the geometric mean.
"""

from ...memory.records import Score
from .editor import Canvas, Change
from .scenes import Case

HARM = 4.0
"""Points that a full change which nobody asked for costs."""


def judged(case: Case, canvas: Canvas) -> Score:
    """The true scores of a picture."""
    done = [followed(case, canvas, n) for n in range(len(case.clauses))]
    strange = sum(change.strength for change in unasked(case, canvas))
    semantic = min(10.0 * sum(done) / len(done), 10.0 - HARM * strange)
    return Score(semantic=max(0.0, semantic), quality=10.0 - canvas.flaws)


def followed(case: Case, canvas: Canvas, clause: int) -> float:
    """0 to 1: how fully a clause was carried out."""
    wanted = case.clauses[clause]
    change = canvas.at(wanted.thing, wanted.attribute)
    return change.strength if change and change.value == wanted.value else 0.0


def unasked(case: Case, canvas: Canvas) -> list[Change]:
    """The changes that belong to no clause."""
    meant = {(clause.thing, clause.attribute) for clause in case.clauses}
    return [change for change in canvas.changes if (change.thing, change.attribute) not in meant]
