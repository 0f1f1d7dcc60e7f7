"""`editloop chat`."""

from typing import Annotated

from cyclopts import Group, Parameter

from . import choose
from .choose import LoopOptions
from .options import COMMONLY, Common

_TALK = Group("The conversation", sort_key=1)


def chat(
    *pictures: Annotated[str, Parameter(metavar="IMAGE", help="Pictures to talk about.")],
    model: Annotated[
        str | None,
        Parameter(
            metavar="NAME",
            group=_TALK,
            help="Who talks: direct (nobody: each line is an instruction), or a model of "
            "pydantic-ai, such as openai:gpt-5.2; else EDITLOOP_CHAT_MODEL.",
        ),
    ] = None,
    prompt: Annotated[
        str | None,
        Parameter(
            name=["--prompt", "-p"],
            metavar="TEXT",
            group=_TALK,
            help="Say this (- reads it from stdin), answer and end.",
        ),
    ] = None,
    session: Annotated[
        str | None,
        Parameter(metavar="ID", group=_TALK, help="Go on with this conversation, or begin it."),
    ] = None,
    yes: Annotated[
        bool,
        Parameter(
            name=["--yes", "-y"], negative="", group=_TALK, help="Allow edits that cost money."
        ),
    ] = False,
    loop: LoopOptions = choose.NO_LOOP,
    common: Common = COMMONLY,
) -> int:
    """Talk about pictures and have them edited."""
    from .chat_room import Order, talked

    order = Order(pictures, model, prompt, session, yes, common.json)
    return talked(order, common.choices(loop.flags()), common.screen)
