"""The words of a protocol: ours, or the user's copy of the published ones."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import cast

from ...memory.errors import SettingsError
from ..scores import Suite
from ..suites.profile import Lineage

_HOMES: dict[Suite, str] = {
    "gedit": "words_gedit",
    "imgedit": "words_imgedit",
    "imgedit-hard": "words_imgedit",
    "kris": "words_kris",
    "rise": "words_rise",
}


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a suite by the name of their slot, with `<instruction>`, `<explanation>` and
    `<reference>` where a case's own words go (`<edit_prompt>` in ImgEdit's files)."""

    name: str
    """`ours` or `official`."""

    slots: Mapping[str, str]
    lineage: Lineage = "upstream"
    """Whose slots pictures go into, where published scripts differ."""

    @property
    def protocol(self) -> str:
        """The name with a digest of the words."""
        text = json.dumps([self.lineage, dict(self.slots)], sort_keys=True)
        return f"{self.name}@{sha256(text.encode()).hexdigest()[:12]}"

    @property
    def official(self) -> bool:
        """Whether they are the published ones, whose encodings hold too."""
        return self.name == "official"

    def text(
        self, slot: str, *, instruction: str = "", explanation: str = "", reference: str = ""
    ) -> str:
        """The text of a slot with a case's words put in, as they are.

        Raises:
            SettingsError: there is no such slot.
        """
        if slot not in self.slots:
            known = ", ".join(sorted(self.slots))
            raise SettingsError(f"the judge's words have no {slot!r}; they have {known}")
        put = {"instruction": instruction, "edit_prompt": instruction}
        put |= {"explanation": explanation, "reference": reference}
        return _filled(self.slots[slot], put)


def _filled(text: str, put: Mapping[str, str]) -> str:
    """Replace every marker once; what is put in is not looked at again."""
    pieces = text.split("<")
    found = [pieces[0]]
    for piece in pieces[1:]:
        name, sign, rest = piece.partition(">")
        found.append(put[name] + rest if sign and name in put else f"<{piece}")
    return "".join(found)


def ours(suite: Suite) -> Words:
    """Our own wording of a suite's protocol."""
    module = import_module(f".{_HOMES[suite]}", __package__)
    return Words("ours", cast("Mapping[str, str]", module.WORDS))


def from_file(path: Path, suite: Suite, lineage: Lineage = "upstream") -> Words:
    """The words in a file of the user: a JSON object from slot to text.

    ImgEdit's own `prompts.json` and `judge_prompt.json` are such files; for the other suites the
    slots have the names of ours.

    Raises:
        SettingsError: it cannot be read, is no such object, or lacks a slot.
    """
    try:
        held: object = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"the judge's words in {path} cannot be read: {error}") from error
    if not isinstance(held, dict):
        raise SettingsError(f"{path} holds no object from slot to text")
    slots = cast("dict[str, object]", held)
    if wrong := [name for name, text in slots.items() if not isinstance(text, str)]:
        raise SettingsError(f"{path}: {wrong[0]!r} is not text")
    needed = {"hard"} if suite == "imgedit-hard" else set(ours(suite).slots) - {"hard"}
    if "alter" in slots and "adjust" not in slots:  # a newer name of the same edit type
        slots["adjust"] = slots["alter"]
    if absent := sorted(needed - slots.keys()):
        raise SettingsError(f"{path} has no words for {', '.join(absent)}")
    return Words("official", cast("dict[str, str]", slots), lineage)
