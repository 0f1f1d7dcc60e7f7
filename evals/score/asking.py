"""What a scorer needs to know of a protocol: the questions, what is still wanted, and the row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ...memory.records import Judgement
from ..judges.asking import questions
from ..judges.preference import (
    PROTOCOL,
    Pair,
    Preference,
    Side,
    pair_questions,
    read_side,
    settled,
)
from ..judges.question import Question
from ..judges.subject import Subject
from ..judges.words import Words
from ..suites.unscored import Unscored
from .reading import first_readable
from .rows import Row, row
from .wanted import Wanted, wanted
from .whys import why_of

What_contra = TypeVar("What_contra", contravariant=True)
Made_co = TypeVar("Made_co", covariant=True)
Answers = Mapping[str, Sequence[Judgement]]


class Asking(Protocol[What_contra, Made_co]):
    """How something is judged. Everything here is a plain function of what was said."""

    @property
    def protocol(self) -> str:
        """For the record."""
        ...

    def questions(self, what: What_contra) -> dict[str, Question]:
        """All questions, by a name of their own."""
        ...

    def wanted(self, what: What_contra, said: Answers, attempts: int) -> list[Wanted]:
        """The next calls: a question's name and the number of the attempt."""
        ...

    def made(self, what: What_contra, said: Answers) -> tuple[Made_co, Unscored | None]:
        """The row, and why it has no number."""
        ...


@dataclass(frozen=True, slots=True)
class SuiteAsking:
    """A suite's own protocol."""

    words: Words
    blind: bool = False
    """Whether RISE's file has the column `reasoning_wo_ins`."""

    @property
    def protocol(self) -> str:
        """The words and their digest."""
        return self.words.protocol

    def questions(self, what: Subject) -> dict[str, Question]:
        """By metric."""
        return questions(what, self.words, blind=self.blind)

    def wanted(self, what: Subject, said: Answers, attempts: int) -> list[Wanted]:
        """What cannot be read is asked anew."""
        return wanted(what.case, said, said, attempts)

    def made(self, what: Subject, said: Answers) -> tuple[Row, Unscored | None]:
        """The row of the corrected profile."""
        found = row(what.case, said, "corrected")
        return found, why_of(found)


@dataclass(frozen=True, slots=True)
class PairAsking:
    """Two edits side by side, in both orders."""

    @property
    def protocol(self) -> str:
        """Our words and their digest."""
        return PROTOCOL

    def questions(self, what: Pair) -> dict[str, Question]:
        """By order."""
        return pair_questions(what)

    def wanted(self, what: Pair, said: Answers, attempts: int) -> list[Wanted]:
        """What cannot be read is asked anew."""
        found: list[Wanted] = []
        for order, answers in said.items():
            refused = any(each.text is None for each in answers)
            unread = isinstance(first_readable(answers, read_side), Unscored)
            if unread and not refused and len(answers) < attempts:
                found.append((order, len(answers)))
        return found

    def made(self, what: Pair, said: Answers) -> tuple[Preference, Unscored | None]:
        """The preference."""
        forward: Side | Unscored = first_readable(said["forward"], read_side)
        backward: Side | Unscored = first_readable(said["backward"], read_side)
        found = settled(what, forward, backward)
        return found, found.why
