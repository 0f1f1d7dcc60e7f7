"""Why a row has no number."""

from ..suites.kris.aggregate import KrisRow
from ..suites.unscored import Unscored
from .rows import Row


def why_of(found: Row) -> Unscored | None:
    """The reason, or the first of several; None when everything was scored."""
    if isinstance(found, KrisRow):
        return next(iter(found.whys.values()), None)
    return found.why
