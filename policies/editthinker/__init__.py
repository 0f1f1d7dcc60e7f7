"""EditThinker on vLLM, or on any server that speaks OpenAI's chat completions.

Names load when they are first asked for: `Template` needs no pydantic_ai, `EditThinker` does.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .template import Template as Template
    from .thinker import EditThinker as EditThinker

_HOMES = {"EditThinker": ".thinker", "Template": ".template"}

__all__ = ["EditThinker", "Template"]


def __getattr__(name: str) -> object:
    if home := _HOMES.get(name):
        return getattr(import_module(home, __name__), name)

    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
