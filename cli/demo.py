"""`editloop demo`."""

from . import choose
from .choose import AnswerOptions, ShownOptions
from .options import COMMONLY, Common


def demo(
    *,
    answer: AnswerOptions = choose.NO_ANSWER,
    shown: ShownOptions = choose.NO_SHOWN,
    common: Common = COMMONLY,
) -> int:
    """Show what this is for: no network, no key, a few seconds."""
    from .showcase import performed

    return performed(answer, shown, common)
