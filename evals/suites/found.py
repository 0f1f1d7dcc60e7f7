"""What a folder holds of a suite, and what it lacks."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from ...memory.errors import InputError
from ...memory.records import Frozen
from .pictures import Picture

_SHOWN = 20


class Part(Frozen):
    """A category (or category and language) of a suite."""

    name: str
    found: int
    expected: int | None
    """How many cases the published data set has; None for a name that it does not have."""


class Found(Frozen):
    """What a check of a folder saw."""

    suite: str
    folder: str
    parts: tuple[Part, ...]
    cases: int
    pictures: int
    """Pictures that are there; several cases may share one."""

    missing_pictures: int
    missing_examples: tuple[str, ...]
    """The first twenty of them."""

    problems: tuple[str, ...]
    """What stops the data from being read, or is odd about it, each as a sentence."""

    @property
    def complete(self) -> bool:
        """Whether every published case is there, with its pictures, and nothing else."""
        whole = all(part.found == part.expected for part in self.parts)
        return whole and not self.missing_pictures and not self.problems


class Checkable(Protocol):
    """What a check looks at in a case."""

    @property
    def name(self) -> str:
        """Unique within the suite."""
        ...

    @property
    def part(self) -> str:
        """The category that it counts for."""
        ...

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every picture that a run or a judge needs."""
        ...


def look(
    suite: str, folder: Path, cases: Iterable[Checkable], expected: Mapping[str, int]
) -> Found:
    """Go through the cases once; an error of the reader becomes a problem, and ends the look."""
    parts, names = Counter[str](), Counter[str]()
    there, missing = set[str](), dict[str, None]()
    problems: list[str] = []
    try:
        for case in cases:
            parts[case.part] += 1
            names[case.name] += 1
            for picture in case.pictures:
                if picture.name in there or picture.present():
                    there.add(picture.name)
                else:
                    missing[picture.name] = None
    except InputError as error:
        problems.append(str(error))
    problems += [f"{each!r} is there {times} times" for each, times in names.items() if times > 1]
    ordered = [*expected, *sorted(set(parts) - set(expected))]
    return Found(
        suite=suite,
        folder=str(folder),
        parts=tuple(Part(name=n, found=parts[n], expected=expected.get(n)) for n in ordered),
        cases=parts.total(),
        pictures=len(there),
        missing_pictures=len(missing),
        missing_examples=tuple(missing)[:_SHOWN],
        problems=tuple(problems),
    )
