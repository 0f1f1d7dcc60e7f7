"""Vague looks are fixed lists of operations."""

import pytest

from editloop.memory import UnsupportedInstruction
from editloop.tools.retouch.english import LOOKS, read, read_clauses
from editloop.tools.retouch.photometric import Clarity, Contrast, Vibrance

SENTENCES = {
    "soft focus": "soft focus",
    "make it pop": "pop",
    "cinematic": "cinematic",
    "give it a cinematic look": "cinematic",
    "retro": "vintage",
    "film look": "film",
    "moody": "moody",
    "dreamy": "dreamy",
    "golden hour": "golden hour",
    "high key": "high key",
    "low-key": "low key",
    "matte": "matte",
    "faded": "matte",
    "HDR look": "hdr",
    "enhance": "auto",
    "improve the photo": "auto",
    "auto enhance": "auto",
    "make it look better": "auto",
    "dehaze": "dehaze",
    "remove the haze": "dehaze",
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_look_is_its_documented_list(sentence: str) -> None:
    assert read(sentence).operations == LOOKS[SENTENCES[sentence]]


def test_every_look_has_a_sentence_here() -> None:
    assert set(SENTENCES.values()) | {"s curve"} == set(LOOKS)


def test_a_degree_scales_a_look() -> None:
    expected = (Contrast(amount=6), Vibrance(amount=12.5), Clarity(amount=7.5))
    assert read("make it pop a little").operations == expected


def test_a_named_operation_replaces_that_of_the_look() -> None:
    (_, clause) = read_clauses("cinematic with a strong vignette")
    operations = read("cinematic with a strong vignette").operations
    assert [one for one in operations if one.op == "vignette"] == list(clause.operations)


def test_a_look_that_is_forbidden_entirely_is_a_contradiction() -> None:
    with pytest.raises(UnsupportedInstruction, match="contradicts"):
        read("s-curve but no curve")
