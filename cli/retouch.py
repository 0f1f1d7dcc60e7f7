"""`editloop retouch`."""

from typing import Annotated

from cyclopts import Group, Parameter

from . import choose
from .choose import AnswerOptions
from .options import COMMONLY, Common

RECIPE = Group("The recipe", sort_key=0)


def retouch(
    *words: Annotated[
        str,
        Parameter(
            name='IMAGE "INSTRUCTION"',
            help="A picture, or - for standard input; then what to do, unless --recipe says it.",
        ),
    ],
    recipe: Annotated[
        str | None,
        Parameter(group=RECIPE, metavar="FILE", help="A recipe as JSON; - is standard input."),
    ] = None,
    explain: Annotated[
        bool,
        Parameter(
            group=RECIPE,
            negative="",
            help="Print the recipe as JSON, say it in English, and edit nothing.",
        ),
    ] = False,
    schema: Annotated[
        bool, Parameter(group=RECIPE, negative="", help="Print the JSON schema of recipes.")
    ] = False,
    mask: Annotated[
        str | None,
        Parameter(group=RECIPE, metavar="PATH", help="White where the picture may change."),
    ] = None,
    answer: AnswerOptions = choose.NO_ANSWER,
    common: Common = COMMONLY,
) -> int:
    """Apply a recipe or an instruction once, without a loop and without a record."""
    from . import cooking

    if schema:
        return cooking.print_schema()
    if explain:
        return cooking.explained(words, recipe, common)
    return cooking.cooked(words, recipe, mask, answer, common)
