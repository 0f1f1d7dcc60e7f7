"""What a tool's input schema says: where the picture, the instruction and the seed go, and how.

Names are compared in small letters and with underscores; the ending of a name (`image_url`,
`maskPath`), the schema's `format` and `contentEncoding`, and the description tell the form.
Nothing is guessed beyond that: a picture without a form is an error that says what to add.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

Form = Literal["base64", "data", "path", "url"]
"""How a picture is given: bare base64, a `data:` URL, a path, or an address that it was sent to."""

FORMS: tuple[Form, ...] = ("base64", "data", "path", "url")

_ENDINGS: dict[str, Form] = {
    "url": "data",
    "uri": "data",
    "link": "data",
    "path": "path",
    "file": "path",
    "filename": "path",
    "filepath": "path",
    "base64": "base64",
    "b64": "base64",
    "data": "base64",
    "blob": "base64",
    "bytes": "base64",
}
_MEDIA = frozenset({"mime_type", "media_type", "content_type"})
_URL = re.compile(r"\bur[il]s?\b")
_PATH = re.compile(r"\b(?:file ?)?paths?\b|\bfiles?\b")
_DATA = re.compile(r"\bdata[ -]ur[il]s?\b|\bdata:")


@dataclass(frozen=True, slots=True)
class Slot:
    """An argument that takes a picture, or several."""

    name: str
    form: Form | None
    """None: the schema does not tell."""

    several: bool = False
    inside: str = ""
    """The field of an object that holds it."""

    media: str = ""
    """The field of that object for the media type."""

    fixed: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    """Other fields of that object, which can only have one value."""

    def filled(self, values: Sequence[str], media_types: Sequence[str]) -> Any:
        """The argument for these pictures, already written in the slot's form."""
        made = [self._one(*pair) for pair in zip(values, media_types, strict=True)]
        return made if self.several else made[0]

    def _one(self, value: str, media_type: str) -> Any:
        if not self.inside:
            return value

        media = {self.media: media_type} if self.media else {}
        return {**self.fixed, self.inside: value, **media}


class Schema:
    """The properties of a tool's arguments."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._definitions = _object(schema.get("$defs")) | _object(schema.get("definitions"))
        self.properties = {
            name: self._resolved(_object(each))
            for name, each in _object(schema.get("properties")).items()
        }
        self.required = tuple(str(name) for name in _list(schema.get("required")))

    def text(self, names: Sequence[str]) -> str:
        """The first property of these names that is a text; empty without one."""
        return self._first(names, "string")

    def number(self, names: Sequence[str]) -> str:
        """The first property of these names that is a number."""
        return self._first(names, "integer") or self._first(names, "number")

    def scalars(self) -> frozenset[str]:
        """Properties that take one plain value."""
        plain = ("string", "integer", "number", "boolean")
        return frozenset(
            name for name, each in self.properties.items() if each.get("type") in plain
        )

    def needed(self) -> tuple[str, ...]:
        """Properties that must be given, since they have no value of their own."""
        return tuple(n for n in self.required if "default" not in self.properties.get(n, {}))

    def slots(self, stems: Sequence[str], *, about: str = "") -> list[Slot]:
        """Properties that take a picture of one of these names, the likeliest name first."""
        found: list[tuple[int, Slot]] = []
        for name in self.properties:
            if stem(name) in stems and (slot := self.slot(name, about=about)):
                found.append((stems.index(stem(name)), slot))

        return [slot for _, slot in sorted(found, key=lambda pair: pair[0])]

    def slot(self, name: str, *, about: str = "") -> Slot | None:
        """A property as a place for a picture; None when it cannot hold one."""
        schema = self.properties[name]
        several = schema.get("type") == "array"
        if several:
            schema = self._resolved(_object(schema.get("items")))

        if schema.get("type", "string") == "string":
            outer = self.properties[name].get("description", "")
            return Slot(name, _form(name, schema, f"{outer} {about}"), several)

        return self._object_slot(name, schema, several) if schema.get("type") == "object" else None

    def _object_slot(self, name: str, schema: Mapping[str, Any], several: bool) -> Slot | None:
        fields = {
            n: self._resolved(_object(s)) for n, s in _object(schema.get("properties")).items()
        }
        texts = [n for n, s in fields.items() if s.get("type") == "string" and "const" not in s]
        inside = [n for n in texts if _split(n)[1] and _plain(n) not in _MEDIA]
        if not inside:
            return None

        media = next((n for n in texts if _plain(n) in _MEDIA), "")
        fixed = {n: s["const"] for n, s in fields.items() if "const" in s}
        return Slot(name, _form(inside[0], fields[inside[0]], ""), several, inside[0], media, fixed)

    def _first(self, names: Sequence[str], kind: str) -> str:
        plain = {_plain(n): n for n, each in self.properties.items() if each.get("type") == kind}
        return next((plain[name] for name in names if name in plain), "")

    def _resolved(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Follow a reference, and take the one thing that is not null of several."""
        found = dict(schema)
        for _ in range(8):  # deeper nesting is nobody's picture
            if isinstance(reference := found.pop("$ref", None), str):
                found = _object(self._definitions.get(reference.rpartition("/")[2])) | found
            elif options := _list(found.pop("anyOf", None) or found.pop("oneOf", None)):
                real = [_object(each) for each in options if _object(each).get("type") != "null"]
                found = (real[0] if real else {}) | found
            else:
                break

        if isinstance(kinds := found.get("type"), list):
            named = [kind for kind in _list(cast("object", kinds)) if kind != "null"]
            found["type"] = named[0] if named else "string"

        return found


def stem(name: str) -> str:
    """What a name says beside the form: `source_image` of `sourceImageUrls`."""
    return _split(name)[0]


def _form(name: str, schema: Mapping[str, Any], about: str) -> Form | None:
    """The form that a schema asks for, by its own words first."""
    said = str(schema.get("format", "")).lower()
    if schema.get("contentEncoding") == "base64" or said in ("base64", "byte", "binary"):
        return "base64"

    if "path" in said:
        return "path"

    described = f"{schema.get('description', '')} {about}".lower()
    if _DATA.search(described):
        return "data"

    if "ur" in said and _URL.search(said.replace("-", " ")):
        return "data"

    return _split(name)[1] or _described(described)


def _described(text: str) -> Form | None:
    if "base64" in text:
        return "base64"

    if _URL.search(text):
        return "data"

    return "path" if _PATH.search(text) else None


def _split(name: str) -> tuple[str, Form | None]:
    """`sourceImageUrls` is `source_image`, by a URL; a name that is all ending has no stem."""
    before, _, ending = _plain(name).rpartition("_")
    for each in (ending, ending.removesuffix("s")):
        if form := _ENDINGS.get(each):
            return before, form

    return _plain(name), None


def _plain(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", name).lower()


def _object(found: object) -> dict[str, Any]:
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _list(found: object) -> list[object]:
    return cast("list[object]", found) if isinstance(found, list) else []
