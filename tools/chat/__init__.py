"""The toolset for chat agents: any pydantic-ai agent edits pictures through the loop.

    Agent("openai:gpt-5.2", capabilities=[ImageEditing(editloop.build)])

Names load when they are first asked for, because they load pydantic_ai.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .capability import ImageEditing as ImageEditing
    from .events import EditBegan as EditBegan
    from .events import EditEnded as EditEnded
    from .events import EditTurn as EditTurn
    from .history import slim as slim
    from .loop import Loop as Loop
    from .toolset import ImageTools as ImageTools

_HOMES = {
    "EditBegan": ".events",
    "EditEnded": ".events",
    "EditTurn": ".events",
    "ImageEditing": ".capability",
    "ImageTools": ".toolset",
    "Loop": ".loop",
    "slim": ".history",
}

__all__ = [
    "EditBegan",
    "EditEnded",
    "EditTurn",
    "ImageEditing",
    "ImageTools",
    "Loop",
    "slim",
]


def __getattr__(name: str) -> object:
    if home := _HOMES.get(name):
        return getattr(import_module(home, __name__), name)

    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
