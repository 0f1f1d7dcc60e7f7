"""`editloop IMAGE... "INSTRUCTION"`."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from . import choose
from .argv import DASH
from .choose import AnswerOptions, LoopOptions, ShownOptions, TaskOptions
from .options import COMMONLY, Common

if TYPE_CHECKING:
    from .editing import Order


def edit(
    *words: Annotated[
        str,
        Parameter(
            name='IMAGE... "INSTRUCTION"',
            help="Pictures, or - for standard input; the last word is the instruction.",
        ),
    ],
    answer: AnswerOptions = choose.NO_ANSWER,
    task: TaskOptions = choose.NO_TASK,
    loop: LoopOptions = choose.NO_LOOP,
    shown: ShownOptions = choose.NO_SHOWN,
    common: Common = COMMONLY,
) -> int:
    """Edit pictures: edit, look, say what is still wrong, edit again, until it is good enough.

    The path of the answer is printed on stdout, everything else on stderr. Several pictures are
    edited side by side, each in a run of its own.
    """
    from .editing import edited

    choices = common.choices(loop.flags())
    return edited(_order(words, answer, task, shown, common), choices, common.screen)


def _order(
    words: tuple[str, ...],
    answer: AnswerOptions,
    task: TaskOptions,
    shown: ShownOptions,
    common: Common,
) -> "Order":
    from ..memory import SettingsError
    from .editing import Order

    _check(words)
    to_stdout = answer.output == DASH
    if to_stdout and (common.json or shown.events):
        raise SettingsError("stdout cannot carry both the picture and JSON; give -o a file")
    if not 1 <= answer.quality <= 100:
        raise SettingsError(f"--quality {answer.quality} is not within 1 to 100")

    *images, instruction = words
    return Order(tuple(images), instruction, answer, task, shown, json=common.json)


def _check(words: tuple[str, ...]) -> None:
    """Refuse too few words, and words of a command that is perhaps meant."""
    from difflib import get_close_matches
    from pathlib import Path

    from ..memory import SettingsError
    from .argv import COMMANDS

    meant = get_close_matches(words[0], COMMANDS, n=1) if words else []
    hint = f"; did you mean `editloop {meant[0]}`?" if meant else ""
    if len(words) > 1:
        if meant and not Path(words[0]).exists():
            raise SettingsError(f"there is no file {words[0]!r}{hint}")
        return

    what = "nothing was given" if not words else f"only {words[0]!r} was given"
    raise SettingsError(
        f'{what}; name a picture and say what to change: editloop photo.jpg "make it warmer"{hint}'
    )
