"""Change one member of a section of a YAML file, without a library for YAML.

What is written is YAML that is simple: indented blocks, strings and lists as in JSON. What is
read is only so much as to find where a block begins and ends; a file in which that cannot be
told for sure is refused, and left alone.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

_KEY = re.compile(
    r"^(?P<indent> *)(?P<key>[^\s#&*!|>'\"%@`{}\[\],:?-][^:#]*?|\"[^\"]*\"|'[^']*') *:(?=\s|$)"
)
_BEFORE = re.compile(r"\s*(?:#.*)?\s*|%.*\s*|---\s*(?:#.*)?\s*")
"""A line that may stand before the first key."""


def written(section: str, name: str, body: Mapping[str, Any]) -> str:
    """The section with this one member."""
    return f"{section}:\n" + _block(name, body, "  ")


def with_member(text: str, section: str, name: str, body: Mapping[str, Any]) -> str:
    """Return the text with a member in a section, in the place of the one of that name.

    Raises:
        ValueError: the section is written in a way that is not understood here.
    """
    lines = text.splitlines(keepends=True)
    newline = "\r\n" if "\r\n" in text else "\n"
    at = _section(lines, section)
    if at is None:
        gap = [newline] if lines and not lines[-1].endswith("\n") else []
        return "".join([*lines, *gap, *_lines(written(section, name, body), newline)])

    start, end, indent = _inside(lines, at)
    made = _lines(_block(name, body, indent), newline)
    found = _member(lines, start, end, indent, name)
    if found:
        return "".join([*lines[: found[0]], *made, *lines[found[1] :]])
    if lines and end == len(lines) and not lines[-1].endswith("\n"):
        lines[-1] += newline
    head = re.sub(r"\{ *\}|~|null", "", lines[at]) if start == end else lines[at]
    return "".join([*lines[:at], head, *lines[at + 1 : end], *made, *lines[end:]])


def without_member(text: str, section: str, name: str) -> str:
    """Return the text without a member of a section; as it is where there is none.

    Raises:
        ValueError: the section is written in a way that is not understood here.
    """
    lines = text.splitlines(keepends=True)
    at = _section(lines, section)
    if at is None:
        return text
    start, end, indent = _inside(lines, at)
    found = _member(lines, start, end, indent, name)
    if not found:
        return text
    kept = [*lines[start : found[0]], *lines[found[1] : end]]
    empty = not any(map(_key, kept))
    head = re.sub(r":", ": {}", lines[at], count=1) if empty else lines[at]
    return "".join([*lines[:at], head, *lines[at + 1 : start], *kept, *lines[end:]])


def member(text: str, section: str, name: str) -> dict[str, Any] | None:
    """A member that was written here, read again; None where there is none, or another's form.

    Raises:
        ValueError: the section is written in a way that is not understood here.
    """
    lines = text.splitlines(keepends=True)
    at = _section(lines, section)
    if at is None:
        return None
    start, end, indent = _inside(lines, at)
    found = _member(lines, start, end, indent, name)
    return _read(lines[found[0] + 1 : found[1]]) if found else None


def _read(lines: list[str]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    into = said
    base = -1
    for line in lines:
        key = _key(line)
        if not key:
            continue
        base = len(key["indent"]) if base < 0 else base
        if len(key["indent"]) == base:
            into = said
        value = line[key.end() :].strip()
        if value:
            into[key["key"].strip("\"'")] = _scalar(value)
        else:
            said[key["key"]] = into = {}
    return said


def _scalar(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value.strip("'")


def _block(name: str, body: Mapping[str, Any], indent: str) -> str:
    lines = [f"{indent}{name}:"]
    for key, value in body.items():
        inner = _inner(value)
        if inner:
            lines.append(f"{indent}  {key}:")
            lines += [f"{indent}    {each}: {_value(one)}" for each, one in inner.items()]
        else:
            lines.append(f"{indent}  {key}: {_value(value)}")
    return "\n".join(lines) + "\n"


def _inner(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(block: str, newline: str) -> list[str]:
    return [line + newline for line in block.splitlines()]


def _key(line: str) -> re.Match[str] | None:
    return _KEY.match(line)


def _section(lines: list[str], section: str) -> int | None:
    """The line of a key at the left margin.

    Raises:
        ValueError: the whole is no plain block of keys, or the key stands there twice.
    """
    begun = next((line for line in lines if not _BEFORE.fullmatch(line)), "a:")
    if (first := _key(begun)) is None or first["indent"]:
        raise ValueError("it does not begin with a plain key")

    found: list[int] = []
    for number, line in enumerate(lines):
        if line.startswith(("---", "...")) and number and found:
            raise ValueError("it holds several documents")
        key = _key(line)
        if key and not key["indent"] and key["key"].strip("\"'") == section:
            found.append(number)
    if len(found) > 1:
        raise ValueError(f"{section!r} stands there twice")
    return found[0] if found else None


def _inside(lines: list[str], at: int) -> tuple[int, int, str]:
    """From, up to and how far indented the members of a section are."""
    key = _key(lines[at])
    rest = lines[at][key.end() :].split(" #")[0].strip() if key else ""
    if rest not in ("", "{}", "{ }", "~", "null") and not rest.startswith("#"):
        raise ValueError("its servers are not written as an indented block")

    end = last = at + 1
    indent = ""
    while end < len(lines) and _belongs(lines[end]):
        indent = _checked(lines[end], indent)
        end += 1
        last = end if lines[end - 1].strip() and lines[end - 1].startswith(" ") else last
    if end < len(lines) and lines[end].startswith("-"):
        raise ValueError("its servers are a list")
    return at + 1, last, indent or "  "


def _checked(line: str, indent: str) -> str:
    """The indentation of members, which the first one gives.

    Raises:
        ValueError: what stands at that depth is no member.
    """
    if line.startswith("\t"):
        raise ValueError("it is indented by tabs")
    if not line.strip() or line.lstrip().startswith("#"):
        return indent
    depth = line[: len(line) - len(line.lstrip(" "))]
    if not indent or len(depth) <= len(indent):
        if not _key(line) or (indent and depth != indent):
            raise ValueError("its servers are not written as a plain indented block")
        return depth
    return indent


def _belongs(line: str) -> bool:
    return not line.strip() or line.startswith((" ", "\t", "#"))


def _member(
    lines: list[str], start: int, end: int, indent: str, name: str
) -> tuple[int, int] | None:
    """The lines of one member."""
    first = None
    for number in range(start, end):
        key = _key(lines[number])
        if not key or len(key["indent"]) > len(indent):
            continue
        if first is not None:
            return first, _before_comments(lines, first, number, indent)
        if key["key"].strip("\"'") == name:
            first = number
    return None if first is None else (first, end)


def _before_comments(lines: list[str], first: int, end: int, indent: str) -> int:
    """Comments and blank lines before the next member are the next member's."""
    while end > first + 1:
        line = lines[end - 1]
        own = line.startswith(indent + " ")
        if line.strip() and (own or not line.lstrip().startswith("#")):
            break
        end -= 1
    return end
