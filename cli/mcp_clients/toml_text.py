"""Change one table of a TOML file and leave every other byte as it is."""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any, cast

_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)


def parsed(text: str) -> Any:
    """Read TOML.

    Raises:
        ValueError: it is none.
    """
    return tomllib.loads(text)


def written(section: str, name: str, body: Mapping[str, Any]) -> str:
    """A table of plain values, its tables behind it."""
    head = f"{section}.{name}"
    deep = {key: cast("dict[str, Any]", body[key]) for key in body if isinstance(body[key], dict)}
    flat = {key: value for key, value in body.items() if key not in deep}
    lines = [f"[{head}]", *(f"{_key(key)} = {_value(value)}" for key, value in flat.items())]
    for key, inner in deep.items():
        lines.append(f"[{head}.{_key(key)}]")
        lines += [f"{_key(each)} = {_value(value)}" for each, value in inner.items()]
    return "\n".join(lines) + "\n"


def with_table(text: str, section: str, name: str, body: Mapping[str, Any]) -> str:
    """Return the text with a table in it, in the place of the one of that name.

    Raises:
        ValueError: the table is there, and not as a table under a heading of its own.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    made = written(section, name, body).replace("\n", newline)
    where = _spans(text, section, name)
    if where:
        start = where[0][0]
        return text[:start] + made + _cut(text, where)[start:]
    if name in tomllib.loads(text).get(section, {}):
        raise ValueError(f"{section}.{name} is not written as a table of its own")

    gap = "" if not text.strip() else newline if text.endswith("\n") else newline * 2
    return text + gap + made


def without_table(text: str, section: str, name: str) -> str:
    """Return the text without a table and what belongs to it; as it is where there is none.

    Raises:
        ValueError: the table is there, and not as a table under a heading of its own.
    """
    where = _spans(text, section, name)
    if not where and name in tomllib.loads(text).get(section, {}):
        raise ValueError(f"{section}.{name} is not written as a table of its own")

    return re.sub(r"(\r?\n){3,}$", r"\1", _cut(text, where)) if where else text


def _spans(text: str, section: str, name: str) -> list[tuple[int, int]]:
    """Where the table and its tables stand, without what is written before the next heading."""
    quoted = rf"(?:{re.escape(name)}|\"{re.escape(name)}\"|'{re.escape(name)}')"
    ours = re.compile(
        rf"^[ \t]*\[[ \t]*{re.escape(section)}[ \t]*\.[ \t]*{quoted}[ \t]*[.\]]", re.MULTILINE
    )
    spans: list[tuple[int, int]] = []
    for found in ours.finditer(text):
        start, end = found.start(), _end(text, found.end())
        if spans and not text[spans[-1][1] : start].strip():
            start = spans.pop()[0]
        spans.append((start, end))
    return spans


def _end(text: str, start: int) -> int:
    following = _HEADER.search(text, start)
    lines = text[start : following.start() if following else len(text)].splitlines(keepends=True)
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return start + sum(map(len, lines))


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = text[:start] + text[end:]
    return text


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: object) -> str:
    """Numbers, strings and lists of strings are written as in JSON."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
