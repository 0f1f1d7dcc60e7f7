"""`editloop resume RUN`."""

from typing import Annotated

from cyclopts import Parameter

from . import choose
from .argv import DASH
from .choose import AnswerOptions, LoopOptions
from .options import COMMONLY, Common


def resume(
    run: Annotated[
        str,
        Parameter(
            name="RUN", help="The id of a run, its first or last characters (4 or more), or last."
        ),
    ] = "last",
    /,
    *,
    answer: AnswerOptions = choose.NO_ANSWER,
    loop: LoopOptions = choose.NO_LOOP,
    events: Annotated[
        bool, Parameter(negative="", help="JSON lines on stdout, one per event.")
    ] = False,
    common: Common = COMMONLY,
) -> int:
    """Go on with a run that was interrupted."""
    from ..memory import SettingsError
    from .resuming import resumed

    if answer.output == DASH and (common.json or events):
        raise SettingsError("stdout cannot carry both the picture and JSON; give -o a file")

    return resumed(run, answer, loop, events, common)
