"""The wire format `<think>…</think> <score>…</score> <answer>…</answer>`: one reader, one writer.

EditThinker's template asks for a JSON object with `semantic` and `quality` (editthinker-spec 1.5);
the paper prints a list, and released weights write both and worse. The reader takes every form that
says two numbers and an instruction without doubt, and nothing else: a missing, ambiguous or
out-of-range score is a `MalformedCritique`, never a default (design.md 4, rule 2).
"""

import re
from collections.abc import Sequence
from typing import TypeVar

from ..memory import Critique, MalformedCritique, ThinkerError
from .numbers import read_score

_TAG = re.compile(r"<\s{0,8}(/?)\s{0,8}(think|score|answer)\b[^<>]{0,200}>", re.IGNORECASE)
_FENCE = re.compile(r"\A```[^\n`]*\n(.*?)\n?```\Z", re.DOTALL)
_Value = TypeVar("_Value")

TRUNCATED = frozenset({"length", "max_tokens"})
"""Finish reasons of a server that ran out of tokens."""


def read(text: str, *, thinking: str | None = None, finish_reason: str | None = None) -> Critique:
    """Read a thinker's answer, in time linear in its length.

    `thinking` is reasoning that a server moved out of the text; `finish_reason` decides whether an
    `<answer>` without its closing tag is complete (`stop`: the tag was a stop word) or cut short.

    Raises:
        MalformedCritique: there are no two numbers from 0 to 10 and one instruction in it.
    """
    if finish_reason in TRUNCATED:
        raise MalformedCritique(
            f"the answer was cut short after {len(text)} characters; allow more tokens"
        )

    sections = _sections(text, complete=finish_reason == "stop")
    scores = [score for part in sections["score"] if (score := read_score(_unfenced(part)))]
    answers = [answer for part in sections["answer"] if (answer := _unfenced(part))]
    thoughts = [part for part in sections["think"] if part] or [(thinking or "").strip()]
    return Critique(
        score=_the("score", scores, text),
        reasoning="\n".join(thoughts),
        refined=_the("answer", answers, text),
    )


def write(critique: Critique) -> str:
    """Write a critique as `read` reads it; numbers keep their digits.

    Raises:
        ThinkerError: a text holds one of the tags, so that it could not be read back.
    """
    for part in (critique.reasoning, critique.refined):
        if found := _TAG.search(part):
            raise ThinkerError(f"a critique cannot contain {found[0]!r}: it would end a section")

    score = critique.score
    return (
        f"<think>{critique.reasoning}</think>\n"
        f'<score>{{"semantic": {score.semantic!r}, "quality": {score.quality!r}}}</score>\n'
        f"<answer>{critique.refined}</answer>"
    )


def _sections(text: str, *, complete: bool) -> dict[str, list[str]]:
    """Split by tags. A section is whole when any tag follows it, or the server said `stop`."""
    found: dict[str, list[str]] = {"think": [], "score": [], "answer": []}
    tags = _outside_thought(list(_TAG.finditer(text)))
    for here, after in zip(tags, [*tags[1:], None], strict=True):
        closing, name = bool(here[1]), here[2].lower()
        if not closing and (after or complete):
            found[name].append(text[here.end() : after.start() if after else None].strip())

    if tags and not found["think"]:
        found["think"].append(text[: tags[0].start()].strip())  # its opening tag was swallowed

    return found


def _outside_thought(tags: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """Drop the tags that a thought merely mentions: all between `<think>` and `</think>`."""
    ends = [i for i, tag in enumerate(tags) if tag[1] and tag[2].lower() == "think"]
    kept: list[re.Match[str]] = []
    inside = False
    for i, tag in enumerate(tags):
        thought = tag[2].lower() == "think"
        if thought and tag[1]:
            kept = kept if inside or any(_opens_thought(k) for k in kept) else []
            inside = False

        if not inside:
            kept.append(tag)

        if thought and not tag[1]:
            inside = bool(ends) and ends[-1] > i

    return kept


def _opens_thought(tag: re.Match[str]) -> bool:
    return not tag[1] and tag[2].lower() == "think"


def _the(name: str, values: Sequence[_Value], text: str) -> _Value:
    """Return the one value; repeats must agree, because choosing would be guessing."""
    if not values:
        raise MalformedCritique(f"no <{name}> in {text[:80]!r}")

    if any(value != values[0] for value in values):
        raise MalformedCritique(f"{len(values)} different <{name}> parts in {text[:80]!r}")

    return values[0]


def _unfenced(part: str) -> str:
    """Without a code fence around all of it."""
    inside = _FENCE.match(part.strip())
    return (inside[1] if inside else part).strip()
