"""The wire format `<think>…</think> <score>…</score> <answer>…</answer>`: one reader, one writer.

EditThinker's template asks for a JSON object with `semantic` and `quality` (editthinker-spec 1.5);
the paper prints a list, and models write both and worse. The reader takes every form that says two
numbers and an instruction without doubt, and nothing else: a missing, ambiguous or out-of-range
score is a `MalformedCritique`, never a default (design.md 4, rule 2). What it decides:

- Tags may have any case, white space and attributes. Text outside of them is passed over, but the
  text before the first tag is the reasoning when no `<think>` and no `thinking` is there.
- Between `<think>` and `</think>` tags are only mentioned. A `</think>` without its opening tag ends
  a thought that began with the text (chat templates swallow the opening tag).
- `<think>` and `<score>` may lack their closing tag before another section. An `<answer>` may lack
  it only at the very end, and only when the server said `stop`: the tag was a stop word.
- Tags that cross each other, or a closing tag after text that nothing opened, are refused: the
  instruction may have been speaking of a tag, and half of it would be a wrong instruction.
- A repeated section must say the same again; an empty one does not count.
- One JSON object with `score` and `answer` in place of their tags is read too (see `wire_json`).
- A server that ran out of tokens wrote no critique, even where the text looks whole.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from ..memory import Critique, MalformedCritique, ThinkerError
from .numbers import read_score
from .wire_json import parts_of

_TAG = re.compile(
    r"<\s{0,8}(/?)\s{0,8}(think|score|answer)(?:\s[^<>]{0,200}(?<!/)|\s{0,8})>", re.IGNORECASE
)
_FENCE = re.compile(r"\A```(?:[^\n`]*\n)?(.*?)\n?```\Z", re.DOTALL)
UNWRITABLE = re.compile("[\0\ud800-\udfff]")  # neither UTF-8 nor a database holds these
_Value = TypeVar("_Value")

TRUNCATED = frozenset({"length", "max_tokens"})
"""Finish reasons of a server that ran out of tokens, in lower case."""


def is_truncated(finish_reason: str | None) -> bool:
    """Whether the server ran out of tokens."""
    return (finish_reason or "").lower() in TRUNCATED


def read(text: str, *, thinking: str | None = None, finish_reason: str | None = None) -> Critique:
    """Read a thinker's answer, in time linear in its length.

    `thinking` is reasoning that a server moved out of the text; tags in it are never read.
    `finish_reason` decides whether an `<answer>` without its closing tag is complete.

    Raises:
        MalformedCritique: there are no two numbers from 0 to 10 and one instruction in it.
    """
    if is_truncated(finish_reason):
        raise MalformedCritique(
            f"the answer was cut short after {len(text)} characters; allow more tokens"
        )

    _refuse_strange(text + (thinking or ""))
    text = _unfenced(text)
    found = _object(text) or _sections(text, complete=(finish_reason or "").lower() == "stop")
    scores = [score for part in found["score"] if (score := read_score(_unfenced(part)))]
    answers = [answer for part in found["answer"] if is_visible(answer := _unfenced(part))]
    thoughts = [part for part in found["think"] if part] or [(thinking or "").strip()]
    return Critique(
        score=_the("score", scores, text),
        reasoning="\n".join(thoughts) or _before_tags(text),
        refined=_the("answer", answers, text),
    )


def write(critique: Critique) -> str:
    """Write a critique as `read` reads it; numbers keep their digits, outer white space is dropped.

    The format has no place for a stop flag or a spread: they are left out.

    Raises:
        ThinkerError: there is no score, a text holds one of the tags, or something else could not
            be read back.
    """
    if critique.score is None:
        raise ThinkerError("a critique without scores has no form in tags: keep it as JSON")

    reasoning, refined = critique.reasoning.strip(), critique.refined.strip()
    for part in (reasoning, refined):
        if found := _TAG.search(part):
            raise ThinkerError(f"a critique cannot contain {found[0]!r}: it would end a section")

    semantic, quality = critique.score.semantic + 0.0, critique.score.quality + 0.0  # no -0.0
    text = (
        f"<think>{reasoning}</think>\n"
        f'<score>{{"semantic": {semantic!r}, "quality": {quality!r}}}</score>\n'
        f"<answer>{refined}</answer>"
    )
    try:
        back = read(text)
    except MalformedCritique as error:
        raise ThinkerError(f"this critique could not be read back: {error}") from error

    if (back.reasoning, back.refined) != (reasoning, refined):
        raise ThinkerError(f"the instruction {refined[:80]!r} would be read as {back.refined!r}")

    return text


def _object(text: str) -> dict[str, list[str]] | None:
    """The parts of a JSON object, perhaps behind a thought; None where there are other tags.

    Raises:
        MalformedCritique: see `parts_of`, or its strings hold what no text may.
    """
    tags = list(_TAG.finditer(text))
    if not all(map(_is_thought, tags)):
        return None

    start = max((tag.end() for tag in tags), default=0)
    parts = parts_of(_unfenced(text[start:]))
    if parts is None:
        return None

    _refuse_strange(f"{parts.think}{parts.score}{parts.answer}")
    thoughts = _sections(text[:start], complete=False)["think"]
    return {"think": [*thoughts, parts.think], "score": [parts.score], "answer": [parts.answer]}


def _refuse_strange(text: str) -> None:
    if strange := UNWRITABLE.search(text):
        raise MalformedCritique(f"the answer holds {strange[0]!r}, which is no character of a text")


def _sections(text: str, *, complete: bool) -> dict[str, list[str]]:
    """Split by tags; see the decisions in the module's first lines.

    Raises:
        MalformedCritique: tags cross, or the text ends inside a section and is not `complete`.
    """
    found: dict[str, list[str]] = {"think": [], "score": [], "answer": []}
    tags = list(_TAG.finditer(text))
    opened, start = "think" if _begins_in_thought(tags) else "", 0
    for tag in _spoken(tags):
        part = text[start : tag.start()].strip()
        closing, name = bool(tag[1]), tag[2].lower()
        if closing and name != opened and (opened or part):
            raise MalformedCritique(f"{tag[0]!r} closes nothing, after {part[-40:]!r}")

        if opened == "answer" and not closing and part:
            raise MalformedCritique(f"{tag[0]!r} stands inside of <answer>, after {part[-40:]!r}")

        if opened:
            found[opened].append(part)

        opened, start = "" if closing else name, tag.end()

    if opened and not complete:
        raise MalformedCritique(f"the text ends inside of <{opened}>, after {text[-40:]!r}")

    if opened:
        found[opened].append(text[start:].strip())

    return found


def _spoken(tags: Sequence[re.Match[str]]) -> Iterator[re.Match[str]]:
    """Yield the tags that are no mere mention in a thought."""
    last_end = max((i for i, tag in enumerate(tags) if _is_thought(tag) and tag[1]), default=-1)
    inside = _begins_in_thought(tags)
    for i, tag in enumerate(tags):
        if inside and not (_is_thought(tag) and tag[1]):
            continue

        inside = _is_thought(tag) and i < last_end and not tag[1]
        yield tag


def _begins_in_thought(tags: Sequence[re.Match[str]]) -> bool:
    """Whether the first `</think>` comes before any `<think>`."""
    first = next((tag for tag in tags if _is_thought(tag)), None)
    return first is not None and bool(first[1])


def _is_thought(tag: re.Match[str]) -> bool:
    return tag[2].lower() == "think"


def _before_tags(text: str) -> str:
    first = _TAG.search(text)
    return text[: first.start()].strip() if first else ""


def _the(name: str, values: Sequence[_Value], text: str) -> _Value:
    """Return the one value; repeats must agree, because choosing would be guessing."""
    if not values:
        raise MalformedCritique(f"no <{name}> in {text[:80]!r}")

    if any(value != values[0] for value in values):
        raise MalformedCritique(f"{len(values)} different <{name}> parts in {text[:80]!r}")

    return values[0]


def is_visible(text: str) -> bool:
    """Whether a person would see anything; zero-width characters are nothing."""
    return any(character.isprintable() and not character.isspace() for character in text)


def _unfenced(part: str) -> str:
    """Without a code fence around all of it."""
    part = part.strip()
    inside = _FENCE.match(part)
    return (inside[1] if inside else part).strip()
