"""Which calls a picture still needs, given what was said: a plain function, so that going on after a
crash asks for exactly what an uninterrupted run would have asked for."""

from collections.abc import Collection

from ..suites.gedit.cases import GEditCase
from ..suites.imgedit.cases import ImgEditCase
from ..suites.kris.cases import KrisCase
from ..suites.kris.parsing import Call
from ..suites.rise.cases import RiseCase
from ..suites.unscored import Unscored
from .book import Said
from .reading import gedit_scores, imgedit_row, kris_call, rise_call
from .rows import Case

Wanted = tuple[str, int]
"""A metric, and the number of the attempt."""

_CALLS: tuple[Call, ...] = ("consistency", "instruction", "quality")


def wanted(case: Case, metrics: Collection[str], said: Said, attempts: int) -> list[Wanted]:
    """The next calls; none when all can be read, was refused, or was tried often enough.

    An answer that cannot be read is asked for anew, `attempts` times in all. GEdit's calls are
    asked anew together, as in its script, whose readings need whole rounds.
    """
    if isinstance(case, GEditCase):
        return _rounds(case, metrics, said, attempts)
    found: list[Wanted] = []
    for metric in metrics:
        answers = said.get(metric, ())
        refused = any(each.text is None for each in answers)
        if not answers or (
            not refused and len(answers) < attempts and not _readable(case, metric, said)
        ):
            found.append((metric, len(answers)))
    return found


def _readable(case: Case, metric: str, said: Said) -> bool:
    match case:
        case ImgEditCase():
            return imgedit_row(case, said, "corrected").why is None
        case KrisCase():
            return not any(
                isinstance(each, Unscored)
                for call in _CALLS
                if call == metric
                for each in kris_call(case, call, said, "corrected", "upstream").values()
            )
        case RiseCase():
            return not isinstance(rise_call(case, metric, said, "corrected"), Unscored)
        case GEditCase():
            return True  # looked at by rounds


def _rounds(case: GEditCase, metrics: Collection[str], said: Said, attempts: int) -> list[Wanted]:
    counts = {metric: len(said.get(metric, ())) for metric in metrics}
    begun = max(1, *counts.values())
    unfinished = [(metric, count) for metric, count in counts.items() if count < begun]
    refused = any(each.text is None for metric in metrics for each in said.get(metric, ()))
    if unfinished or refused or begun >= attempts:
        return unfinished
    readings = (gedit_scores(case.name, said, each) for each in ("corrected", "official"))
    if any(isinstance(each, Unscored) for each in readings):
        return [(metric, begun) for metric in metrics]
    return []
