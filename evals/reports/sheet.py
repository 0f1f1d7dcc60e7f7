"""What is on record about one system on one suite, as one judge sees it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..score.book import Book
from ..score.rows import Case, Row, row, without_picture
from ..scores import Judgement, Produced
from ..suites.rise.cases import RiseCase
from .boards.board import Board
from .tables import Fact, Table

Pick = Callable[[Produced], str | None]
"""From a run to the picture of it that counts."""


def answers(run: Produced) -> str | None:
    """The picture that is the answer."""
    return run.answer_sha256


@dataclass(frozen=True, slots=True)
class Judged:
    """Who said what the scores rest on."""

    judge: str
    version: str
    protocol: str

    def __str__(self) -> str:
        version = f" {self.version}" if self.version else ""
        return f"{self.judge}{version}, protocol {self.protocol}"


@dataclass(frozen=True)
class Sheet:
    """One system's runs of a suite, one per case, and what one judge said of their pictures."""

    system: str
    digest: str
    seed: int
    judged: Judged
    board: Board
    cases: Sequence[Case]
    """Everything that was to be done, in an order that nobody's timing has a part in."""

    runs: Mapping[str, Produced]
    """By the case's name; a case without a run is missing."""

    book: Book
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    """The SHA-256 of each case's source, where it is in the store."""

    facts: tuple[Fact, ...] = ()
    sample: int = 0
    """Which of several opinions."""

    preferences: Sequence[Judgement] = ()
    """What judges said of pairs of pictures of this suite, whichever systems made them."""

    _read: dict[tuple[str, str], Row] = field(
        default_factory=dict[tuple[str, str], Row], compare=False, repr=False
    )

    @property
    def name(self) -> str:
        """The system, with its seed where that is not the first."""
        return self.system if self.seed == 0 else f"{self.system}, seed {self.seed}"

    @cached_property
    def named(self) -> dict[str, Case]:
        """The cases by name."""
        return {case.name: case for case in self.cases}

    def picture(self, case: str, pick: Pick = answers) -> str | None:
        """The picture of a case that counts."""
        run = self.runs.get(case)
        return None if run is None else pick(run)

    def rows(self, pick: Pick = answers) -> list[Row]:
        """One row per case; official: none for a case without a picture, but for RISEBench."""
        found: list[Row] = []
        for case in self.cases:
            sha256 = self.picture(case.name, pick)
            if sha256 is not None:
                found.append(self._row(case, sha256))
            elif self.board.profile == "corrected" or isinstance(case, RiseCase):
                found.append(without_picture(case))
        return found

    def tables(self, pick: Pick = answers) -> tuple[Table, ...]:
        """The suite's tables of these pictures.

        Raises:
            InputError: where the official script stops, in the official profile.
        """
        return self.board.tables(self.rows(pick))

    def opinion(self, sample: int) -> "Sheet":
        """The same by another of several opinions."""
        return replace(self, sample=sample, _read={})

    def _row(self, case: Case, sha256: str) -> Row:
        key = (case.name, sha256)
        if key not in self._read:
            said = self.book.about(case.name, sha256, self.sample)
            profile, lineage = self.board.profile, self.board.lineage
            self._read[key] = row(case, said, profile, lineage=lineage)
        return self._read[key]


def in_order(cases: Sequence[Case]) -> list[Case]:
    """Cases by name, digits by their value: case 9 comes before case 10."""
    return sorted(cases, key=lambda case: _natural(case.name))


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Digits by their value: case 9 comes before case 10."""
    parts: list[tuple[int, str]] = []
    digits = ""
    for sign in f"{name}\0":
        if sign.isdecimal() and sign.isascii():
            digits += sign
            continue
        if digits:
            parts.append((int(digits[:18]), digits))
            digits = ""
        parts.append((-1, sign))
    return tuple(parts)
