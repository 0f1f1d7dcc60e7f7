"""editloop: any image editor, inside a think-while-edit loop, with every step on record.

The names below load their module when they are first asked for, so that `import editloop` stays
fast and needs neither a database nor a model library.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .agent import EditAgent as EditAgent
    from .agent import Settings as Settings
    from .agent import build as build
    from .memory import Critique as Critique
    from .memory import EditloopError as EditloopError
    from .memory import ImageRef as ImageRef
    from .memory import Run as Run
    from .memory import Score as Score
    from .memory import Task as Task
    from .memory import Turn as Turn
    from .policies import ScriptedThinker as ScriptedThinker
    from .policies import Thinker as Thinker
    from .tools import Editor as Editor
    from .tools import ScriptedEditor as ScriptedEditor
    from .tools.chat import ImageEditing as ImageEditing

_HOMES = {
    "Critique": ".memory",
    "EditAgent": ".agent",
    "Editor": ".tools",
    "EditloopError": ".memory",
    "ImageEditing": ".tools.chat",
    "ImageRef": ".memory",
    "Run": ".memory",
    "Score": ".memory",
    "ScriptedEditor": ".tools",
    "ScriptedThinker": ".policies",
    "Settings": ".agent",
    "Task": ".memory",
    "Thinker": ".policies",
    "Turn": ".memory",
    "build": ".agent",
}

__all__ = [
    "Critique",
    "EditAgent",
    "EditloopError",
    "Editor",
    "ImageEditing",
    "ImageRef",
    "Run",
    "Score",
    "ScriptedEditor",
    "ScriptedThinker",
    "Settings",
    "Task",
    "Thinker",
    "Turn",
    "build",
]


def __getattr__(name: str) -> object:
    if home := _HOMES.get(name):
        return getattr(import_module(home, __name__), name)

    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
