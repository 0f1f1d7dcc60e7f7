"""How one tool is asked for an edit: which argument takes what."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...memory import SettingsError
from .schema import FORMS, Form, Schema, Slot, stem

_IMAGE = (
    "image",
    "input_image",
    "source_image",
    "init_image",
    "base_image",
    "original_image",
    "img",
    "picture",
    "photo",
    "images",
    "input_images",
    "source",
    "input",
    "",  # `path`, `url`, `file`: all ending
)
_MASK = ("mask", "mask_image", "image_mask", "inpaint_mask")
_REFERENCES = ("reference_images", "references", "ref_images", "reference")
_INSTRUCTION = (
    "instruction",
    "instructions",
    "edit_instruction",
    "edit_instructions",
    "edit_prompt",
    "prompt",
    "text_prompt",
    "positive_prompt",
    "text",
    "request",
    "query",
    "command",
    "edit",
    "description",
    "message",
)
_SEED = ("seed", "random_seed", "noise_seed")
_SAVED = ("output_path", "output_file", "output", "out_path", "save_path", "save_to", "destination")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the user says about the tool's arguments; empty: find out."""

    image: str = ""
    instruction: str = ""
    mask: str = ""
    seed: str = ""
    saved: str = ""
    """The argument that says where the tool is to write its picture."""

    form: Form | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    """Further arguments of every call, by the tool's own names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which argument takes what; empty or None: the tool has no place for it."""

    tool: str
    image: Slot
    instruction: str
    mask: Slot | None = None
    needs_mask: bool = False
    references: Slot | None = None
    seed: str = ""
    saved: str = ""
    options: frozenset[str] = frozenset()
    """Plain arguments that are left over, which one edit may set."""

    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)


def plan(
    tool: str, schema: Mapping[str, Any], wanted: Wanted, *, local: bool, about: str = ""
) -> Plan:
    """Read a tool's schema; `local` servers can be given paths, `about` is its description.

    Raises:
        SettingsError: no argument takes a picture or an instruction, its form cannot be told, or
            one that must be given is missing.
    """
    read = Schema(schema)
    _known(tool, read, wanted)
    image = _image(tool, read, wanted, local, about)
    instruction = wanted.instruction or read.text(_INSTRUCTION)
    if not instruction:
        raise SettingsError(f"the tool {tool!r} has no argument for an instruction; {_has(read)}")

    saved = wanted.saved or (read.text(_SAVED) if image.form == "path" else "")
    made = Plan(
        tool=tool,
        image=image,
        instruction=instruction,
        mask=_like(image, read, (wanted.mask,) if wanted.mask else (), _MASK),
        references=_several(_like(image, read, (), _REFERENCES)),
        seed=wanted.seed or read.number(_SEED),
        saved=saved,
        arguments=_typed(read, wanted.arguments),
    )
    return _whole(made, read)


def fits(
    tool: str, schema: Mapping[str, Any], wanted: Wanted, *, local: bool, about: str = ""
) -> bool:
    """Whether a tool could be an editor: it takes a picture and an instruction, and we have the rest."""
    try:
        plan(tool, schema, wanted, local=local, about=about)
    except SettingsError:
        return False

    return True


def _image(tool: str, read: Schema, wanted: Wanted, local: bool, about: str) -> Slot:
    found = [read.slot(wanted.image, about=about)] if wanted.image else []
    slots = [slot for slot in found or read.slots(_IMAGE, about=about) if slot]
    if not slots:
        raise SettingsError(f"the tool {tool!r} has no argument for a picture; {_has(read)}")

    if wanted.form:
        return replace(slots[0], form=wanted.form)

    order: tuple[Form, ...] = ("path", "base64", "data") if local else ("base64", "data")
    alike = [slot for slot in slots if stem(slot.name) == stem(slots[0].name)]
    told = [slot for form in order for slot in alike if slot.form == form]
    if told:
        return told[0]

    why = "takes a path on its own machine" if slots[0].form == "path" else "does not say how"
    raise SettingsError(
        f"the tool {tool!r} is to get the picture as {slots[0].name!r} and {why}: "
        f"add as=FORM to the address, one of {', '.join(FORMS)}"
    )


def _like(image: Slot, read: Schema, given: tuple[str, ...], stems: tuple[str, ...]) -> Slot | None:
    """Another argument for pictures, in the form of the first unless it says its own."""
    slots = [slot for name in given if (slot := read.slot(name))] or read.slots(stems)
    slots = [slot for slot in slots if slot.name != image.name]
    if not slots:
        return None

    same = [slot for slot in slots if slot.form == image.form]
    return same[0] if same else replace(slots[0], form=image.form)


def _several(slot: Slot | None) -> Slot | None:
    return slot if slot and slot.several else None


def _known(tool: str, read: Schema, wanted: Wanted) -> None:
    named = (wanted.image, wanted.instruction, wanted.mask, wanted.seed, wanted.saved)
    for name in (*filter(None, named), *wanted.arguments):
        if name not in read.properties:
            raise SettingsError(f"the tool {tool!r} has no argument {name!r}; {_has(read)}")


def _typed(read: Schema, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Texts where the tool wants texts: an address writes `model=4` and cannot tell."""
    return {
        name: value if read.properties[name].get("type") != "string" else _text(value)
        for name, value in arguments.items()
    }


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _whole(made: Plan, read: Schema) -> Plan:
    pictures = [slot.name for slot in (made.image, made.mask, made.references) if slot]
    given = {*pictures, made.instruction, made.seed, made.saved, *made.arguments}
    missing = [name for name in read.needed() if name not in given]
    if missing:
        raise SettingsError(
            f"the tool {made.tool!r} must be given {', '.join(missing)}: "
            f"add {missing[0]}=VALUE to the address"
        )

    needs_mask = bool(made.mask and made.mask.name in read.needed())
    return replace(made, options=read.scalars() - given, needs_mask=needs_mask)


def _has(read: Schema) -> str:
    return f"it has {', '.join(read.properties) or 'none'}"
