"""From goals, side effects and flaws to two scores.

    semantic = 10 (0.75 min r + 0.25 mean r) product k
    quality  = max(0, 10 - root of the sum of squared points)

`r` is how far each goal is reached, `k` how well everything else kept still, both from 0 to 1. The
worst goal dominates. 8 is where a careful photographer would accept: every goal within its band,
nothing else moved, no flaw that the eye stops at.
"""

from collections.abc import Sequence
from math import hypot, prod

from ...memory import Score
from .goal import Goal
from .quality import Flaw
from .side_effects import SideEffect


def semantic(goals: Sequence[Goal], moved: Sequence[SideEffect]) -> float:
    """Instruction followed and nothing else changed, 0 to 10."""
    reached = [goal.reached for goal in goals]
    weight = sum(goal.weight for goal in goals)
    mean = sum(goal.weight * goal.reached for goal in goals) / weight if weight else 1.0
    kept = prod(effect.kept for effect in moved)
    return 10 * (0.75 * min(reached, default=1.0) + 0.25 * mean) * kept


def quality(flaws: Sequence[Flaw]) -> float:
    """Natural and free of artefacts, 0 to 10."""
    return max(0.0, 10 - hypot(*(flaw.points for flaw in flaws)))


def score(goals: Sequence[Goal], moved: Sequence[SideEffect], flaws: Sequence[Flaw]) -> Score:
    """Both scores, to two digits."""
    return Score(
        semantic=round(min(10.0, semantic(goals, moved)), 2), quality=round(quality(flaws), 2)
    )
