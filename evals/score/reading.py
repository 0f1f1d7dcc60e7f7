"""From what a judge said about one picture to the row of its suite's table."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from ...memory.errors import InputError, JudgeError
from ..scores import Judgement
from ..suites.gedit import parsing as gedit
from ..suites.gedit.aggregate import GEditRow
from ..suites.gedit.cases import GEditCase
from ..suites.imgedit import parsing as imgedit
from ..suites.imgedit.aggregate import ImgEditRow
from ..suites.imgedit.cases import ImgEditCase
from ..suites.kris import parsing as kris
from ..suites.kris.aggregate import KrisRow
from ..suites.kris.cases import KrisCase, Metric, metrics_of
from ..suites.profile import Lineage, Profile
from ..suites.rise import parsing as rise
from ..suites.rise.aggregate import RiseRow
from ..suites.rise.cases import RiseCase
from ..suites.rise.scoring import Reading, asked, case_values
from ..suites.unscored import Unscored
from .book import Said

_Value = TypeVar("_Value")
NOT_ASKED = Unscored(reason="failed_call", detail="the judge has not answered yet")
_CALLS: tuple[kris.Call, ...] = ("consistency", "instruction", "quality")


def first_readable(
    answers: Sequence[Judgement], read: Callable[[str], _Value | Unscored]
) -> _Value | Unscored:
    """The first answer that can be read; else why the last one cannot."""
    found: _Value | Unscored = NOT_ASKED
    for answer in answers:
        found = failed(answer) if answer.text is None else read(answer.text)
        if not isinstance(found, Unscored):
            return found
    return found


def failed(answer: Judgement) -> Unscored:
    """Why a call has no text."""
    return Unscored(reason="failed_call", detail=answer.failure or "the judge gave no answer")


def gedit_row(case: GEditCase, said: Said, profile: Profile, seed: int = 0) -> GEditRow:
    """GEdit's row; official: a guess is drawn from `seed`, the case and the round."""
    found = gedit_scores(case.name, said, profile, seed)
    row = GEditRow(
        key=case.key, group=case.group, language=case.language, intersection=case.intersection
    )
    if isinstance(found, Unscored):
        return row.but(why=found)
    return row.but(semantics=found.semantics, quality=found.quality)


def gedit_scores(case: str, said: Said, profile: Profile, seed: int = 0) -> gedit.Scores | Unscored:
    """Semantics and quality, from the rounds that were asked."""
    if profile == "official":
        return _gedit_rounds(case, said, seed)
    semantics = first_readable(said.get("semantics", ()), gedit.read)
    quality = first_readable(said.get("quality", ()), gedit.read)
    if isinstance(semantics, Unscored):
        return semantics
    return quality if isinstance(quality, Unscored) else gedit.combine(semantics, quality)


def _gedit_rounds(case: str, said: Said, seed: int) -> gedit.Scores | Unscored:
    rounds = list(zip(said.get("semantics", ()), said.get("quality", ()), strict=False))
    last_chance = False
    for number, (semantics, quality) in enumerate(rounds):
        if semantics.text is None or quality.text is None:
            return failed(semantics if semantics.text is None else quality)
        guess = Random(f"{seed}/{case}/{number}")
        try:
            first, second = (
                gedit.read(text, "official", last_chance=last_chance, guess=guess)
                for text in (semantics.text, quality.text)
            )
            if not isinstance(first, Unscored) and not isinstance(second, Unscored):
                return gedit.combine(first, second)
            last_chance = True
        except JudgeError:
            last_chance = False  # the script starts the sample again
    if not rounds:
        return NOT_ASKED
    return Unscored(reason="unreadable", detail=f"the script would ask again after {len(rounds)}")


def imgedit_row(case: ImgEditCase, said: Said, profile: Profile) -> ImgEditRow:
    """ImgEdit's row; official: the first answer counts."""
    axes = 1 if case.edit_type is None else 3
    answers = said.get("edit", ())

    def read(text: str) -> imgedit.AxisScores | Unscored:
        try:
            return imgedit.read(text, profile, axes=axes)
        except JudgeError as error:
            return Unscored(reason="unreadable", detail=str(error))

    found = first_readable(answers[:1] if profile == "official" else answers, read)
    if isinstance(found, Unscored):
        return ImgEditRow(key=case.key, why=found)
    return ImgEditRow(key=case.key, score=found.score)


def kris_row(case: KrisCase, said: Said, profile: Profile, lineage: Lineage) -> KrisRow:
    """KRIS's row; official: first answers count, and bagel's scripts keep only whole records."""
    scores, whys = dict[Metric, float](), dict[Metric, Unscored]()
    for call in _CALLS:
        for metric, found in kris_call(case, call, said, profile, lineage).items():
            if isinstance(found, Unscored):
                whys[metric] = found
            else:
                scores[metric] = found
    if profile == "official" and lineage == "bagel" and whys:
        scores = {}
    return KrisRow(id=case.id, category=case.category, scores=scores, whys=whys)


def kris_call(
    case: KrisCase, call: kris.Call, said: Said, profile: Profile, lineage: Lineage
) -> dict[Metric, kris.Reading]:
    """What one call says of each metric that it asks for."""
    answers = said.get(call, ())
    dual = call == "instruction" and "knowledge" in metrics_of(case.category)
    metrics: tuple[Metric, ...] = ("instruction", "knowledge") if dual else (call,)

    def read(metric: Metric) -> kris.Reading:
        def one(text: str) -> kris.Reading:
            try:
                return kris.read(text, case.category, call, profile, lineage=lineage)[metric]
            except JudgeError as error:
                return Unscored(reason="unreadable", detail=str(error))

        return first_readable(answers[:1] if profile == "official" else answers, one)

    return {metric: read(metric) for metric in metrics}


def rise_row(case: RiseCase, said: Said, profile: Profile) -> RiseRow:
    """RISE's row; official: first answers count.

    Raises:
        InputError: official profile, where the published script stops; names the case.
    """
    row = RiseRow(
        index=case.index,
        category=case.category,
        subtask=case.subtask,
        consistency_free=case.consistency_free,
    )
    calls = asked(case.category, case.consistency_free, profile)
    try:
        values = case_values(
            case.category,
            [rise_call(case, call, said, profile) for call in calls],
            consistency_free=case.consistency_free,
            profile=profile,
        )
    except InputError as error:
        raise InputError(f"{case.name}: {error}") from error
    return row.but(why=values) if isinstance(values, Unscored) else row.but(values=values)


def rise_call(case: RiseCase, call: str, said: Said, profile: Profile) -> Reading:
    """What one call says."""
    answers = said.get(call, ())
    binary = case.category == "logical_reasoning"

    def read(text: str) -> Reading:
        try:
            return rise.read(text, profile, binary=binary)
        except JudgeError as error:
            return Unscored(reason="unreadable", detail=str(error))

    return first_readable(answers[:1] if profile == "official" else answers, read)
