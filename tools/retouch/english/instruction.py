"""A whole instruction: its clauses, what they share, and what they forbid."""

from dataclasses import replace
from typing import Final

from ....memory import InputError, UnsupportedInstruction
from ..photometric import Photometric
from ..recipe import Operation, Recipe
from ..region import Region
from .clause import Clause, Segment
from .items import Item
from .lexer import lex
from .negation import Constraint, forbids, read_constraint
from .reading import Reading, attempt, read_next
from .refusals import refused
from .regions import confined, read_places
from .splitter import split, split_at_with
from .tries import Unread
from .writer import write

MOST_CHARACTERS: Final = 2_000
"""The longest instruction; only what `write` wrote may be longer."""

_MOST_CANONICAL: Final = 120_000
_MOST_OPERATIONS: Final = 64


def read(instruction: str) -> Recipe:
    """Turn plain English into a recipe.

    Raises:
        UnsupportedInstruction: a clause is not understood to its last word, or is beyond retouching.
        InputError: a number is out of range, or two clauses contradict each other.
    """
    return Recipe(operations=_flat(read_clauses(instruction)))


def read_clauses(instruction: str) -> tuple[Clause, ...]:
    """Turn plain English into its clauses; their operations in order are those of `read`.

    Raises:
        UnsupportedInstruction: a clause is not understood to its last word, or is beyond retouching.
        InputError: a number is out of range, or two clauses contradict each other.
    """
    if len(instruction) > _MOST_CANONICAL:
        raise _too_long(instruction)
    clauses = _Instruction(instruction).read()
    if len(_flat(clauses)) > _MOST_OPERATIONS:
        raise InputError(f"at most {_MOST_OPERATIONS} operations fit into one instruction")
    long = len(instruction) > MOST_CHARACTERS
    if long and write(Recipe(operations=_flat(clauses))) != instruction:
        raise _too_long(instruction)
    return clauses


def _flat(clauses: tuple[Clause, ...]) -> tuple[Operation, ...]:
    return tuple(one for clause in clauses for one in clause.operations)


def _halves(segment: Segment) -> list[Segment]:
    """Two clauses around a "with", where both can be read on their own."""
    parts = split_at_with(segment)
    try:
        for part in parts:
            attempt(part.items)
    except Unread:
        return []
    return parts


def _place(one: Operation) -> tuple[str, str]:
    """What it does and where."""
    return one.op, repr(getattr(one, "region", None))


def _too_long(text: str) -> UnsupportedInstruction:
    return UnsupportedInstruction(
        f"the instruction has {len(text)} characters; give at most {MOST_CHARACTERS}",
        clause=text[:80],
    )


class _Instruction:
    """Reads the segments of one text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.readings: list[Reading] = []
        self.constraints: list[Constraint] = []
        self.leading: Region | None = None
        self.waiting = False
        self.sentence = 0

    def read(self) -> tuple[Clause, ...]:
        segments = split(self._known(lex(self.text)))
        at = 0
        while at < len(segments):
            self._count(len(segments))
            try:
                at += self._take(segments, at)
            except Unread as error:
                if parts := _halves(segments[at]):
                    segments[at : at + 1] = parts
                    continue
                raise refused(self._words(segments[at]), error.advice) from None
        if self.waiting:
            raise refused(self.text.strip(), "say what to do there")
        self._constrain()
        self._prefer_named()
        self._agree()
        return self._clauses(segments)

    def _count(self, segments: int) -> None:
        """Stop early where it is too much anyway.

        Raises:
            InputError: more operations or clauses than an instruction may have.
        """
        done = sum(len(reading.operations) for reading in self.readings)
        if done > _MOST_OPERATIONS or segments > 4 * _MOST_OPERATIONS:
            raise InputError(f"give at most {_MOST_OPERATIONS} operations in one instruction")

    def _clauses(self, segments: list[Segment]) -> tuple[Clause, ...]:
        if self.readings:
            return tuple(reading.clause(self.text) for reading in self.readings)
        if any(one.everything for one in self.constraints) and len(self.constraints) == 1:
            return (Clause(self._words(segments[0]), (), exact=True, strength=None),)
        raise UnsupportedInstruction(
            "the instruction asks for no change; say for example 'brighten the shadows by 20%'",
            clause=self.text.strip()[:120],
        )

    def _words(self, segment: Segment) -> str:
        return self.text[segment.start : segment.end].strip()

    def _known(self, items: list[Item]) -> list[Item]:
        """Refuse unknown words before anything is read, in the clause that they stand in."""
        unknown = next((item for item in items if item.kind == "unknown"), None)
        if unknown is None:
            return items
        around = next(s for s in split(items) if unknown in s.items)
        known = sum(item.kind not in ("unknown", "noise", "sep") for item in items)
        advice = "it reads English words about light, colour and framing" if not known else ""
        word = self.text[unknown.start : unknown.end]
        raise refused(self._words(around), advice, word)

    def _take(self, segments: list[Segment], at: int) -> int:
        segment = segments[at]
        if segment.joint in (".", "then"):
            self.leading = self.leading if self.waiting else None
            self.sentence += segment.joint == "."
        if forbids(segment):
            self.constraints.append(read_constraint(segment))
            return 1
        if self._is_verb(segment, "nothing"):
            self.constraints.append(Constraint(segment, everything=True))
            return 1
        if self._place(segments, at) or self._degree(segment):
            return 1
        last = self.readings[-1] if self.readings else None
        reading, taken = read_next(segments, at, last, self.text)
        if self.leading is not None:
            reading, self.waiting = reading.confined(self.leading), False
        self.readings.append(replace(reading, sentence=self.sentence))
        return taken

    def _is_verb(self, segment: Segment, key: str) -> bool:
        return segment.kinds() == ("verb",) and segment.items[0].key == key

    def _place(self, segments: list[Segment], at: int) -> bool:
        """A segment that only says where: before its clause, or behind it."""
        segment = segments[at]
        if segment.items[0].kind not in ("prep", "outside"):
            return False
        rest, region = read_places(segment.items)
        if rest or region is None:
            return False
        here = [reading for reading in self.readings if reading.sentence == self.sentence]
        if not here or self._leads(segments, at, len(here)):
            self.leading, self.waiting = region, True
            return True
        keep = len(self.readings) - len(here)
        self.readings[keep:] = [reading.confined(region) for reading in here]
        return True

    def _leads(self, segments: list[Segment], at: int, before: int) -> bool:
        """Whether a place belongs to what follows: "..., and in the sky, add contrast".

        Raises:
            Unread: it may belong to either side.
        """
        if segments[at].items[0].kind == "outside":
            return False
        later = segments[at + 1].joint if at + 1 < len(segments) else "."
        if later == "," and segments[at].joint in ("and", "then"):
            return True
        if later != "." or before > 1:
            raise Unread("say it together with what to do there: 'add contrast in the sky'")
        return False

    def _degree(self, segment: Segment) -> bool:
        """A segment that only says how much: "but not too much"."""
        if set(segment.kinds()) != {"level"} or not self.readings:
            return False
        last = self.readings[-1]
        if last.level is not None or not last.vague:
            raise Unread("the degree has nothing to belong to")
        whole = replace(last.segment, items=(*last.items, *segment.items), end=segment.end)
        self.readings[-1] = replace(
            read_next([replace(whole, joint="")], 0, None, self.text)[0], sentence=self.sentence
        )
        return True

    def _constrain(self) -> None:
        for one in self.constraints:
            try:
                self._obey(one)
            except Unread as error:
                raise refused(self._words(one.segment), error.advice) from None

    def _obey(self, one: Constraint) -> None:
        if one.everything and self.readings:
            raise Unread("it contradicts the other clauses")
        if one.region is not None:
            self._exclude(one.region)
        if one.vetoed:
            self.readings = [self._without(reading, one.vetoed) for reading in self.readings]

    def _exclude(self, region: Region) -> None:
        lights = [r for r in self.readings if any(isinstance(o, Photometric) for o in r.operations)]
        if not lights:
            raise Unread("only changes of light and colour can leave a part as it is")
        self.readings = [
            replace(
                reading,
                operations=tuple(
                    confined(o, region) if isinstance(o, Photometric) else o
                    for o in reading.operations
                ),
            )
            for reading in self.readings
        ]

    def _without(self, reading: Reading, vetoed: frozenset[str]) -> Reading:
        left = tuple(one for one in reading.operations if one.op not in vetoed)
        if len(left) < len(reading.operations) and (not reading.look or not left):
            raise Unread(f"it contradicts {self._words(reading.segment)!r}")
        return replace(reading, operations=left)

    def _prefer_named(self) -> None:
        """What a clause asks for by name replaces the same operation of a look."""
        named = {_place(one) for r in self.readings if not r.look for one in r.operations}
        self.readings = [
            replace(r, operations=tuple(o for o in r.operations if _place(o) not in named))
            if r.look
            else r
            for r in self.readings
        ]

    def _agree(self) -> None:
        """Two vague wishes in opposite directions are a contradiction.

        Raises:
            InputError: they are.
        """
        seen: dict[tuple[str, str], tuple[float, bool, str]] = {}
        for reading in self.readings:
            if reading.look:
                continue
            for one in reading.operations:
                self._agrees(reading, one, seen)

    def _agrees(
        self, reading: Reading, one: Operation, seen: dict[tuple[str, str], tuple[float, bool, str]]
    ) -> None:
        value = float(getattr(one, "amount", 0) or getattr(one, "stops", 0))
        key = _place(one)
        words = self._words(reading.segment)
        before, vague, said = seen.get(key, (0.0, False, ""))
        if value * before < 0 and (vague or reading.vague):
            raise InputError(f"{said!r} and {words!r} contradict each other; ask for one of them")
        seen[key] = (value, reading.vague, words)
