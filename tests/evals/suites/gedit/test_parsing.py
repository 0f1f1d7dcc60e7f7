"""GEdit-Bench: what one answer scores."""

from collections.abc import Callable
from math import sqrt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.evals.suites.gedit.parsing import Entries, combine, read
from editloop.evals.suites.unscored import Unscored
from editloop.memory.errors import JudgeError

FENCE = "||V^=^V||"
PIECES = st.sampled_from(
    [
        '{"score": ',
        "{",
        "-3",
        "12",
        "7.5",
        "null",
        "true",
        "1e9",
        "NaN",
        "\n",
        "/10",
        "[8, 7]",
        "}",
        "score",
        ":",
        "7",
        '"reasoning": "a"',
        ",",
        FENCE,
        "[",
        "]",
    ]
)
ANSWERS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join))


def official(text: str, *, last_chance: bool = False) -> tuple[float, ...] | None:
    found = read(text, "official", last_chance=last_chance, guess=Random(1))
    return None if isinstance(found, Unscored) else found.values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"score": [8, 7], "reasoning": "fine"}', (8, 7)),
        ('Sure!\n{"score": [8,\n7]} Thanks', (8, 7)),
        ('{"score": 8}', (8,)),
        ('{"score": [12, 7.5, 3]}', (12, 7.5, 3)),
        (f'x {FENCE}{{"score": [6, 5]}}{FENCE} y', (6, 5)),
        (f'{FENCE}{{"score": [6, 5]}}', (6, 5)),
        ("I say [8, 7].", (8, 7)),
        ("[8,7]", (8, 7)),
        (" 7 ", (7,)),
        ("10", (10,)),
        ('{score: 8, reasoning: "fine"}', None),  # the quoted value is quoted once more
        ("{score: 8, reasoning: fine}", (8,)),
        ("{score: 7.5, ok: true}", (7.5,)),
        ('{"score": [8, 7], "reasoning": "the kite\nis red"}', (8, 7)),
    ],
)
def test_official_first_round(text: str, values: tuple[float, ...] | None) -> None:
    assert official(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no score",
        "11",
        "[8.5, 7]",
        "[8, 7, 6]",
        "[8,  7]",
        "[-8, 7]",
        f"{FENCE}{FENCE}",
        "{score: [8, 7]}",
        '{"score": [8, 7], "reasoning": "a "red" kite"}',
        "} and {",
        '{"reasoning": "no score"}',  # the repair quotes what is quoted already
    ],
)
def test_official_asks_again(text: str) -> None:
    assert official(text) is None


@pytest.mark.parametrize("text", ["[8, 7]", "7", "no score", ""])
def test_official_last_chance_guesses_whenever_there_are_no_braces_even_for_a_good_list(
    text: str,
) -> None:
    found = read(text, "official", last_chance=True, guess=Random(5))
    assert found == Entries(values=(float(Random(5).randint(0, 10)),), guessed=True)


def test_official_guesses_repeat_with_their_seed_and_cover_zero_to_ten() -> None:
    def drawn(seed: int) -> list[object]:
        guess = Random(seed)
        return [read("?", "official", last_chance=True, guess=guess) for _ in range(300)]

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)
    values = {each.values[0] for each in drawn(3) if isinstance(each, Entries)}
    assert values == set(range(11))


def test_official_guesses_of_a_local_judge_are_ten_and_then_one() -> None:
    guess = Random(42)
    for expected in (10.0, 1.0):
        found = read("?", "official", last_chance=True, guess=guess)
        assert found == Entries(values=(expected,), guessed=True)
    assert read("?", "official", last_chance=True) == Entries(values=(10.0,), guessed=True)


def test_official_last_chance_still_asks_again_for_broken_braces() -> None:
    assert official("{score: [8, 7]}", last_chance=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "rate_limit_exceeded",
        '{"other": 3}',
        '{"score": []}',
        '{"score": ["8", "7"]}',
        '{"score": [null, 7]}',
        '{"score": null}',
        "{score: high}",
        f"{FENCE}[8, 7]{FENCE}",
        f"{FENCE}8{FENCE}",
    ],
)
def test_official_restarts_the_sample(text: str) -> None:
    with pytest.raises(JudgeError):
        read(text, "official")


def test_the_weakest_entry_counts_and_overall_is_the_root_of_the_product() -> None:
    scores = combine(Entries(values=(8, 6)), Entries(values=(9, 5, 7)))
    assert (scores.semantics, scores.quality, scores.overall) == (6, 5, sqrt(30))


def test_a_negative_product_restarts_the_sample_and_two_negatives_do_not() -> None:
    with pytest.raises(JudgeError, match="no root"):
        combine(Entries(values=(-1,)), Entries(values=(4,)))
    assert combine(Entries(values=(-1,)), Entries(values=(-4,))).overall == 2


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"score": [8, 7], "reasoning": "fine"}', (8, 7)),
        ('```json\n{"score": [8, 7.5]}\n```', (8, 7.5)),
        ("{score: [8, 7], reasoning: fine}", (8, 7)),
        ('{"score": [8, 7], "reasoning": "a "red" kite"}', (8, 7)),
        ("[8, 7]", (8, 7)),
        ("7", (7,)),
        ("Score: 8/10", (8,)),
        ("**Score**: [8, 7].", (8, 7)),
        ('{"score": [0, 0]}', (0, 0)),
        ('{"score": [8, 7]} again {"score": [8, 7]}', (8, 7)),
    ],
)
def test_corrected_reads(text: str, values: tuple[float, ...]) -> None:
    assert read(text) == Entries(values=values)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("no score", "unreadable"),
        ("rate_limit_exceeded", "unreadable"),
        ('{"score": "high"}', "unreadable"),
        ('{"score": []}', "unreadable"),
        ('{"score": [null, 7]}', "unreadable"),
        ('{"score": [true, 7]}', "unreadable"),
        ('{"score": [12, 7]}', "out_of_range"),
        ('{"score": [-1, 7]}', "out_of_range"),
        ('{"score": [NaN, 7]}', "unreadable"),
        ('{"score": [8, 7, 6]}', "ambiguous"),
        ('{"score": [8, 7]} or {"score": [6, 7]}', "ambiguous"),
        ("score: 80%", "unreadable"),
        ("score: 8/100", "unreadable"),
        ("score: 6-7", "unreadable"),
        ("I see 3 kites", "unreadable"),
    ],
)
def test_corrected_refuses(text: str, why: str, reason: Callable[[object], str]) -> None:
    assert reason(read(text)) == why


def test_corrected_never_guesses_on_the_last_chance() -> None:
    assert read("[8, 7]", last_chance=True) == Entries(values=(8, 7))
    assert isinstance(read("?", last_chance=True), Unscored)


@settings(deadline=None)
@given(text=ANSWERS)
def test_corrected_gives_only_numbers_of_the_text_and_never_raises(
    text: str, numbers_in: Callable[[str], set[float]]
) -> None:
    found = read(text)
    if isinstance(found, Entries):
        assert set(found.values) <= numbers_in(text)
        assert all(0 <= each <= 10 for each in found.values)


@settings(deadline=None)
@given(ANSWERS, st.booleans())
def test_official_gives_entries_or_asks_again_or_restarts(text: str, last_chance: bool) -> None:
    try:
        found = read(text, "official", last_chance=last_chance)
    except JudgeError:
        return
    assert isinstance(found, Unscored) or len(found.values) > 0


@pytest.mark.parametrize(
    "text", ["{" * 50_000, "[" * 50_000, '{"a":' * 9000, "9" * 9000, "a" * 30_000]
)
def test_hostile_answers_are_read_in_time_and_without_a_crash(text: str) -> None:
    assert official(text) is None
    assert isinstance(read(text), Unscored)
