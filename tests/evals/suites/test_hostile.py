"""Answers that are made to hang or crash a reader."""

import time
from collections.abc import Callable, Iterator

import pytest

from editloop.evals.suites.gedit import parsing as gedit
from editloop.evals.suites.imgedit import parsing as imgedit
from editloop.evals.suites.kris import parsing as kris
from editloop.evals.suites.profile import Lineage, Profile
from editloop.evals.suites.rise import parsing as rise
from editloop.memory.errors import JudgeError

MANY = 20_000
HOSTILE = {
    "braces": "{" * MANY,
    "brackets": "[" * MANY,
    "nesting": '{"a":' * MANY,
    "digits": "9" * MANY,
    "digits of a score": '{"score": ' + "9" * MANY + "}",
    "a large score": '{"score": [' + "9" * 400 + "]}",
    "a large pair": f"[{'9' * MANY}, 7]",
    "a large field": '{"quality_score": ' + "9" * 400 + ', "instruction_score": 1e400}',
    "a large field as text": '{"quality_score": "' + "9" * MANY + '"}',
    "a word": "score" * MANY,
    "a label": "quality score" + " " * MANY + "x",
    "labels": "quality score: " * MANY,
    "blanks": "score:" + " " * MANY + "x",
    "the phrase and blanks": "Final Score" + " " * MANY + "x",
    "the phrase and stars": "Final Score" + "*" * MANY + "x",
    "stars": "*" * MANY,
    "phrases": "Final Score: " * MANY,
    "lines": "A: 4\n" * MANY,
    "quotes": '"' * MANY,
    "open fields": '||V^=^V||"a":' + '"a":' * MANY + "||V^=^V||",
    "surrogate": "\ud800",
    "zero": "\0",
}
PROFILES: tuple[Profile, ...] = ("official", "corrected")
LINEAGES: tuple[Lineage, ...] = ("upstream", "bagel")
CALLS: tuple[kris.Call, ...] = ("consistency", "instruction", "quality")


def readers(text: str) -> Iterator[Callable[[], object]]:
    for profile in PROFILES:
        yield lambda profile=profile: gedit.read(text, profile)
        yield lambda profile=profile: imgedit.read(text, profile)
        yield lambda profile=profile: imgedit.read(text, profile, axes=1)
        yield lambda profile=profile: rise.read(text, profile)
        for category in ("count_change", "multi-element_composition", "physics"):
            for call in CALLS:
                for lineage in LINEAGES:
                    yield (
                        lambda category=category, call=call, profile=profile, lineage=lineage: (
                            kris.read(text, category, call, profile, lineage=lineage)
                        )
                    )


@pytest.mark.parametrize("name", HOSTILE)
def test_every_reader_answers_or_raises_a_judge_error_within_seconds(name: str) -> None:
    start = time.process_time()
    for read in readers(HOSTILE[name]):
        try:
            assert read() is not None
        except JudgeError:
            continue
    assert time.process_time() - start < 20
