"""Change one member of a JSON file that may hold comments, and leave every other byte as it is."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\r\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r'"(?:\\.|[^"\\])*"|,(?=[ \t\r\n]*[}\]])', re.DOTALL)
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    start: int
    value: int
    end: int


@dataclass(frozen=True, slots=True)
class _Object:
    """An object's place in the text, and its members."""

    start: int
    end: int
    members: tuple[_Member, ...]

    def find(self, name: str) -> _Member | None:
        """The member of a name.

        Raises:
            ValueError: there are several.
        """
        found = [member for member in self.members if member.name == name]
        if len(found) > 1:
            raise ValueError(f"{name!r} stands there twice")
        return found[0] if found else None


def parsed(text: str) -> Any:
    """Read JSON with comments and commas before closing brackets; nothing at all is an object.

    Raises:
        ValueError: it is neither.
    """
    bare = _bare(text)
    return json.loads(bare) if bare.strip() else {}


def with_member(text: str, path: Sequence[str], value: Any) -> str:
    """Return the text with a value at a path of names; objects on the way are made.

    Raises:
        ValueError: what is there is no JSON, or no object on the way.
    """
    if not _bare(text).strip():
        text = text.rstrip() + ("\n" if text.strip() else "") + "{}\n"
    bare, *rest = _bare(text), *path
    found = _object(bare, _SPACE.match(bare).end())  # type: ignore[union-attr]
    while len(rest) > 1 and (member := found.find(rest[0])):
        found = _object(bare, member.value)
        rest = rest[1:]
    for name in reversed(rest[1:]):
        value = {name: value}
    return _put(text, bare, found, rest[0], value)


def without_member(text: str, path: Sequence[str]) -> str:
    """Return the text without the member at a path; as it is where there is none.

    Raises:
        ValueError: what is there is no JSON.
    """
    bare = _bare(text)
    if not bare.strip():
        return text

    found = _object(bare, _SPACE.match(bare).end())  # type: ignore[union-attr]
    for name in path[:-1]:
        member = found.find(name)
        if member is None:
            return text
        found = _object(bare, member.value)
    member = found.find(path[-1])
    if member is None:
        return text
    around = text[found.start + 1 : member.start] + text[member.end : found.end]
    if len(found.members) == 1 and not around.strip():
        return text[: found.start] + "{}" + text[found.end + 1 :]
    return _cut(text, bare, found, member)


def _bare(text: str) -> str:
    """The same length, with spaces for comments and for commas that JSON does not know."""

    def blank(match: re.Match[str]) -> str:
        found = match.group()
        return found if found[0] == '"' else re.sub(r"[^\r\n]", " ", found)

    return _LAST_COMMA.sub(blank, _STRING_OR_COMMENT.sub(blank, text))


def _object(bare: str, start: int) -> _Object:
    if bare[start : start + 1] != "{":
        raise ValueError("there is no object where one should be")

    _DECODER.raw_decode(bare, start)  # refuses what is broken, so that below all is well
    members: list[_Member] = []
    at = _past(bare, start + 1)
    while bare[at] != "}":
        name, after = _DECODER.raw_decode(bare, at)
        value = _past(bare, _past(bare, after) + 1)
        end = _DECODER.raw_decode(bare, value)[1]
        members.append(_Member(name, at, value, end))
        at = _past(bare, end)
        at = _past(bare, at + 1) if bare[at] == "," else at
    return _Object(start, at, tuple(members))


def _past(bare: str, at: int) -> int:
    found = _SPACE.match(bare, at)
    return found.end() if found else at


def _put(text: str, bare: str, found: _Object, name: str, value: Any) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    inner, unit = _indents(text, found)
    said = json.dumps(value, indent=unit, ensure_ascii=False).replace("\n", newline + inner)
    if member := found.find(name):
        return text[: member.value] + said + text[member.end :]

    line = f"{newline}{inner}{json.dumps(name)}: {said}"
    outer = inner.removesuffix(unit)
    ending = len(text[: found.end].rstrip())  # after the last member, its comma and its comments
    closing = text[ending : found.end]
    closing = closing if "\n" in closing else newline + outer
    if not found.members:
        return text[:ending] + line + closing + text[found.end :]

    last = found.members[-1].end
    comma = "" if _has_comma(text, bare, last, found.end) else ","
    between = text[last:ending]
    return text[:last] + comma + between + line + closing + text[found.end :]


def _has_comma(text: str, bare: str, start: int, end: int) -> bool:
    """Whether a comma that JSON does not know stands behind the last member."""
    outside = _STRING_OR_COMMENT.sub(lambda match: " " * len(match.group()), text[start:end])
    return "," in outside


def _indents(text: str, found: _Object) -> tuple[str, str]:
    """The indentation of members, and one step of it."""
    outer = _indent_at(text, found.start)
    if found.members and "\n" in text[found.start : found.members[0].start]:
        inner = _indent_at(text, found.members[0].start)
        if inner.startswith(outer) and inner != outer:
            return inner, inner.removeprefix(outer)
    steps = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    unit = steps.group(1) if steps else "  "
    unit = "\t" if unit.startswith("\t") else unit[:8]
    return outer + unit, unit


def _indent_at(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _cut(text: str, bare: str, found: _Object, member: _Member) -> str:
    at = found.members.index(member)
    after = _past(bare, member.end)
    if bare[after] == ",":
        return _without(text, member.start, after + 1)

    outside = _STRING_OR_COMMENT.sub(lambda m: " " * len(m.group()), text[member.end : found.end])
    end = member.end + outside.index(",") + 1 if "," in outside else member.end
    cut = _without(text, member.start, end)
    if at == 0:
        return cut
    before = found.members[at - 1].end
    comma = bare.index(",", before)
    return cut[:comma] + cut[comma + 1 :]


def _without(text: str, start: int, end: int) -> str:
    """Cut, with the line where nothing else is on it."""
    line = text.rfind("\n", 0, start) + 1
    following = text.find("\n", end)
    if not text[line:start].strip() and following >= 0 and not text[end:following].strip():
        return text[:line] + text[following + 1 :]
    return text[:start].rstrip(" \t") + text[end:]
