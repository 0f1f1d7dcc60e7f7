"""Editors and pixel instruments: what the agent reaches for."""

from .editor import Abilities, Edited, Editor, EditRequest, Picture
from .scripted import ScriptedEditor

__all__ = ["Abilities", "EditRequest", "Edited", "Editor", "Picture", "ScriptedEditor"]
