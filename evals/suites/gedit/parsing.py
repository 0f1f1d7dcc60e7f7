"""What one answer of GEdit-Bench's judge (VIEScore's protocol, arXiv 2312.14867) scores."""

from math import isfinite, sqrt
from random import Random

from ....memory.errors import JudgeError
from ....memory.records import Frozen
from ..profile import Profile
from ..unscored import Unscored
from . import corrected, official

_SEED = 42


class Entries(Frozen):
    """The score list of one call: semantics or quality, 0 to 10 unless the profile is official."""

    values: tuple[float, ...]
    guessed: bool = False
    """The official script drew this number at random; the corrected profile never does."""

    @property
    def lowest(self) -> float:
        """What counts: the weakest entry."""
        return min(self.values)


class Scores(Frozen):
    """One case: both calls, and their geometric mean."""

    semantics: float
    quality: float

    @property
    def overall(self) -> float:
        """The root of semantics times quality."""
        return sqrt(self.semantics * self.quality)


def read(
    text: str,
    profile: Profile = "corrected",
    *,
    last_chance: bool = False,
    guess: Random | None = None,
) -> Entries | Unscored:
    """Read the answer of one call.

    `last_chance` and `guess` matter in the official profile only: from the second round on, a text
    without braces scores a random integer from 0 to 10, drawn here from `guess`: give one generator per
    round. The published scripts leave it unseeded, but for local judges, where every round starts
    from seed 42, as it does here when `guess` is absent. `Unscored` means, in that profile, that both calls are repeated.

    Raises:
        JudgeError: official profile, and the script would throw the whole sample away.
    """
    if profile == "corrected":
        found = corrected.score_list(text)
        return found if isinstance(found, Unscored) else Entries(values=found)
    answer = official.answer(text, last_chance=last_chance, guess=guess or Random(_SEED))
    if answer is None:
        return Unscored(reason="unreadable", detail="the official script asks again")
    return Entries(values=official.numbers(answer.held), guessed=answer.guessed)


def combine(semantics: Entries, quality: Entries) -> Scores:
    """The scores of a case from its two calls.

    Raises:
        JudgeError: the product has no real root (possible in the official profile only, where
            it restarts the sample).
    """
    low, high = semantics.lowest, quality.lowest
    if low * high < 0 or (isfinite(low) and isfinite(high) and not isfinite(low * high)):
        raise JudgeError(
            f"semantics {low:g} times quality {high:g} has no root: ask the judge again"
        )
    return Scores(semantics=low, quality=high)
