"""The cases of any suite, one by one, and what a folder lacks of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ...memory.errors import InputError
from .found import Found
from .gedit import loading as gedit
from .gedit.cases import GEditCase
from .imgedit import loading as imgedit
from .imgedit.cases import ImgEditCase
from .kris import loading as kris
from .kris.cases import KrisCase
from .pictures import Picture
from .rise import loading as rise
from .rise.cases import RiseCase

Case = GEditCase | ImgEditCase | KrisCase | RiseCase

_READERS: dict[str, Callable[[Path], Iterator[Case]]] = {
    "gedit": gedit.read_cases,
    "imgedit": imgedit.read_cases,
    "imgedit-hard": imgedit.read_hard_cases,
    "kris": kris.read_cases,
    "rise": rise.read_cases,
}
_CHECKS: dict[str, Callable[[Path], Found]] = {
    "gedit": gedit.check,
    "imgedit": imgedit.check,
    "imgedit-hard": imgedit.check_hard,
    "kris": kris.check,
    "rise": rise.check,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which cases of a suite."""

    category: str | None = None
    """A group, edit type or category; all without it."""

    language: str | None = None
    """`en` or `cn`: GEdit's alone; the other suites are English."""

    limit: int | None = None
    """The first so many of what is left."""

    def of(self, cases: Iterator[Case]) -> Iterator[Case]:
        """Leave the others out."""
        return islice((case for case in cases if self._fits(case)), self.limit)

    def _fits(self, case: Case) -> bool:
        language = case.language if isinstance(case, GEditCase) else "en"
        category = case.part.rpartition("/")[2]
        return self.language in (None, language) and self.category in (None, category, case.part)


ALL = Choice()


def read_cases(suite: str, folder: Path, choice: Choice = ALL) -> Iterator[Case]:
    """The cases in the order of their files, pictures unread.

    Raises:
        InputError: no such suite or data, or a row that is not a case, named with its place.
    """
    if suite not in _READERS:
        raise InputError(f"there is no suite {suite!r}; there is {', '.join(_READERS)}")
    return choice.of(_READERS[suite](folder))


def check(suite: str, folder: Path) -> Found:
    """Count the cases, and look for their pictures.

    Raises:
        InputError: no such suite or data.
    """
    if suite not in _CHECKS:
        raise InputError(f"there is no suite {suite!r}; there is {', '.join(_CHECKS)}")
    return _CHECKS[suite](folder)


def sources_of(case: Case) -> tuple[Picture, ...]:
    """What is edited, then what else the instruction speaks of."""
    return case.sources if isinstance(case, KrisCase) else (case.source,)


def truth_of(case: Case) -> Picture | None:
    """A right answer that a judge is shown."""
    if isinstance(case, KrisCase):
        return case.ground_truth if case.category == "viewpoint_change" else None
    return case.reference_picture if isinstance(case, RiseCase) else None
