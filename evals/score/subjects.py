"""The pictures to be judged: what systems made of the cases of a suite."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from itertools import islice

from anyio import to_thread

from ...memory.images import LocalImages
from ..judges.preference import Pair
from ..judges.subject import Subject
from ..scores import Produced, Suite
from ..suites.loading import Case, truth_of
from .tally import Tally

_AT_ONCE = 64


async def subjects(
    suite: Suite,
    cases: Iterator[Case],
    made: Sequence[Produced],
    images: LocalImages,
    tally: Tally,
    *,
    every_turn: bool = False,
) -> AsyncGenerator[Subject]:
    """Every picture of every case once, whichever systems made it, in the order of the cases.

    `every_turn` takes the pictures of all turns, which a turn curve needs, and not the answers
    alone. Runs without an answer are counted.

    Raises:
        InputError: a right answer of the data cannot be read.
    """
    by_case: dict[str, list[Produced]] = {}
    for each in made:
        by_case.setdefault(each.case.name, []).append(each)
    while some := await to_thread.run_sync(lambda: list(islice(cases, _AT_ONCE))):
        for case in some:
            runs = by_case.get(case.name, [])
            tally.without_picture += sum(run.answer_sha256 is None for run in runs)
            pictures = _pictures(runs, every_turn=every_turn)
            truth = await _truth(case, images) if pictures else None
            for edited, sources in pictures.items():
                yield Subject(suite, case, edited, sources, truth)


async def pairs(
    suite: Suite,
    cases: Iterator[Case],
    first: Sequence[Produced],
    second: Sequence[Produced],
    tally: Tally,
) -> AsyncGenerator[Pair]:
    """The answers of two systems to the same case and seed; identical pictures need no judge, and
    are counted as equal by whoever reports."""
    others = {(each.case.name, each.seed): each for each in second}
    made: dict[str, list[Produced]] = {}
    for each in first:
        made.setdefault(each.case.name, []).append(each)
    while some := await to_thread.run_sync(lambda: list(islice(cases, _AT_ONCE))):
        for case in some:
            for run in made.get(case.name, []):
                other = others.get((case.name, run.seed))
                mine, theirs = run.answer_sha256, other and other.answer_sha256
                if not mine or not theirs:
                    tally.without_picture += 1
                elif mine != theirs:
                    yield Pair(suite, case, mine, theirs, run.sources)


def _pictures(runs: Sequence[Produced], *, every_turn: bool) -> dict[str, tuple[str, ...]]:
    """Pictures of one case, with the sources of the first run that made them."""
    found: dict[str, tuple[str, ...]] = {}
    for run in runs:
        answer = (run.answer_sha256,) if run.answer_sha256 else ()
        for sha256 in run.pictures if every_turn else answer:
            found.setdefault(sha256, run.sources)
    return found


async def _truth(case: Case, images: LocalImages) -> str | None:
    picture = truth_of(case)
    if picture is None:
        return None
    return (await images.put(await to_thread.run_sync(picture.read))).sha256
