"""Editors and pixel instruments: what the agent reaches for."""

from .editor import (
    Abilities,
    Described,
    Edited,
    Editor,
    EditRequest,
    Option,
    Picture,
    Progress,
    Watch,
)
from .scripted import ScriptedEditor

__all__ = [
    "Abilities",
    "Described",
    "EditRequest",
    "Edited",
    "Editor",
    "Option",
    "Picture",
    "Progress",
    "ScriptedEditor",
    "Watch",
]
