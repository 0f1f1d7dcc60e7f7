"""The rows of a suite's tables, from its cases, the pictures that were made and what was said."""

from collections.abc import Iterable, Mapping

from ..suites.gedit.aggregate import GEditRow
from ..suites.gedit.cases import GEditCase
from ..suites.imgedit.aggregate import ImgEditRow
from ..suites.imgedit.cases import ImgEditCase
from ..suites.kris.aggregate import KrisRow
from ..suites.kris.cases import KrisCase, metrics_of
from ..suites.profile import Lineage, Profile
from ..suites.rise.aggregate import RiseRow
from ..suites.rise.cases import RiseCase
from ..suites.unscored import Unscored
from .book import Book, Said
from .reading import gedit_row, imgedit_row, kris_row, rise_row

Case = GEditCase | ImgEditCase | KrisCase | RiseCase
Row = GEditRow | ImgEditRow | KrisRow | RiseRow

NO_PICTURE = Unscored(reason="missing_image", detail="the system made no picture of this case")


def rows(
    cases: Iterable[Case],
    pictures: Mapping[str, str | None],
    book: Book,
    profile: Profile = "corrected",
    *,
    lineage: Lineage = "upstream",
    sample: int = 0,
    seed: int = 0,
) -> list[Row]:
    """One row per case, in the order of the cases.

    Args:
        cases: all cases that the table is about.
        pictures: per case name the SHA-256 of the picture that counts; absent or None: none.
        book: the judgements of one judge and one protocol.
        profile: how answers are read. Official: cases without a picture have no row at all in the
            published scripts, and so none here, but for RISE, which has no such run.
        lineage: which published scripts `official` repeats.
        sample: which of several opinions.
        seed: what GEdit's official guesses are drawn from.

    Raises:
        InputError: official profile, where the published script stops.
    """
    found: list[Row] = []
    for case in cases:
        sha256 = pictures.get(case.name)
        if sha256 is None:
            if profile == "corrected" or isinstance(case, RiseCase):
                found.append(without_picture(case))
            continue
        said = book.about(case.name, sha256, sample)
        found.append(row(case, said, profile, lineage=lineage, seed=seed))
    return found


def row(
    case: Case, said: Said, profile: Profile, *, lineage: Lineage = "upstream", seed: int = 0
) -> Row:
    """The row of one case from what was said about its picture.

    Raises:
        InputError: official profile, where the published script stops.
    """
    match case:
        case GEditCase():
            return gedit_row(case, said, profile, seed)
        case ImgEditCase():
            return imgedit_row(case, said, profile)
        case KrisCase():
            return kris_row(case, said, profile, lineage)
        case RiseCase():
            return rise_row(case, said, profile)


def without_picture(case: Case) -> Row:
    """The row of a case that there is no picture of."""
    match case:
        case GEditCase():
            return gedit_row(case, {}, "corrected").but(why=NO_PICTURE)
        case ImgEditCase():
            return ImgEditRow(key=case.key, why=NO_PICTURE)
        case KrisCase():
            whys = dict.fromkeys(metrics_of(case.category), NO_PICTURE)
            return KrisRow(id=case.id, category=case.category, whys=whys)
        case RiseCase():
            return RiseRow(
                index=case.index,
                category=case.category,
                subtask=case.subtask,
                consistency_free=case.consistency_free,
                why=NO_PICTURE,
            )
