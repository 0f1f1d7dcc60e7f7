import re
import time
from typing import Any

import pytest

from editloop.memory import Critique, MalformedCritique, Score, ThinkerError
from editloop.policies import wire

JSON = '{"semantic": 7, "quality": 8.5}'
WHOLE = f"<think>t</think>\n<score>{JSON}</score>\n<answer>warmer</answer>"

SCORES_THAT_SAY_7_AND_8_5 = [
    JSON,
    '{"quality": 8.5, "semantic": 7}',
    '{"semantic": "7", "quality": "8.5"}',
    "{'semantic': 7, 'quality': 8.5}",
    '{\\"semantic\\": 7, \\"quality\\": 8.5}',
    '{"Semantic": 7.0, "QUALITY": 8.50}',
    '{"semantic_score": 7, "quality score": 8.5}',
    '{\n  "semantic": 7,\n  "quality": 8.5,\n}',
    '```json\n{"semantic": 7, "quality": 8.5}\n```',
    '```{"semantic": 7, "quality": 8.5}```',
    '{"semantic": 7, "quality": 8.5, "overall": 7.7}',
    '[{"semantic": 7}, {"quality": 8.5}]',
    '{"semantic": 7, "quality": 8.5} because the sky is fine',
    '{"semantic": 7, "quality": 8.5} {"semantic": 7.0, "quality": 8.5}',
    "[7, 8.5]",
    "[7,8.5]",
    '["7", "8.5"]',
    "(7, 8.5)",
    "7, 8.5",
    "[7/10, 8.5/10]",
    "semantic: 7\nquality: 8.5",
    "semantic: 7, quality: 8.5",
    "semantic: 7 quality: 8.5",
    "semantic = 7; quality = 8.5",
    "- Semantic: 7\n- Quality: 8.5",
    "**semantic**: 7\n**quality:** 8.5",
    "semantic: 7/10\nquality: 8.5 / 10",
    "semantic: 7 out of 10, quality: 8.5 out of 10",
    "semantic: 7e0, quality: 85e-1",
    "Scores:\r\nsemantic: 7\r\nquality: 8.5\r\n",
    f"\ufeff{JSON}",
]

SCORES_THAT_LEAVE_A_DOUBT = [
    "7,5",  # seven and a half, or seven and five?
    "(7,5)",
    "7,5, 8",
    "semantic: 7,5\nquality: 8",
    '{"semantic": 7,5, "quality": 8}',
    "7 8",
    "7",
    "[7]",
    "[7, 8, 9]",
    "[7, 8",
    "(7, 8]",
    "[7, null]",
    "-7, 8",
    "semantic: -7, quality: 8",
    "+7, 8",
    ".5, 8",
    "7., 8",
    "10.5, 8",
    "semantic: 11, quality: 8",
    "NaN, NaN",
    '{"semantic": NaN, "quality": 8}',
    '{"semantic": Infinity, "quality": 8}',
    '{"semantic": 1e400, "quality": 8}',
    "1e2, 8",
    '{"semantic": true, "quality": 8}',
    '{"semantic": null, "quality": 8}',
    '{"semantic": "seven", "quality": 8}',
    '{"semantic": [7], "quality": 8}',
    '{"semantic": {"score": 7}, "quality": {"score": 8}}',
    '{"semantic": 7}',
    "quality: 8",
    "8/100, 9/100",
    "semantic: 8 / 100, quality: 9",
    "semantic: 4/5, quality: 9",
    "semantic: 8 out of 100, quality: 9",
    "80 %, 90 %",
    "semantic: 8 %, quality: 9%",
    "semantic: 8 percent, quality: 9",
    "7-8, 9",
    "semantic: 7-8, quality: 9",
    "semantic: 7 – 8, quality: 9",
    "semantic: 7 to 8, quality: 9",
    "semantic: 7 or 8, quality: 9",
    "semantic: 7…8, quality: 9",
    "semantic: 7 ± 1, quality: 9",
    "semantic: about 7, quality: 9",
    "semantic: < 7, quality: 9",
    "semantic: 7 (could be 8), quality: 9",
    "semantic: 7.5.1, quality: 9",
    "semantic: 7 000, quality: 9",
    "semantic: 1 0, quality: 9",
    "semantic: 7_0, quality: 9",
    "semantic: 0x7, quality: 9",
    "semantic: 7½, quality: 9",
    "semantic: 7², quality: 9",
    "٧, ٨",
    "semantic: ７, quality: ８",
    "semantic: 7\u200b5, quality: 9",
    "semantic: 7\u200b, quality: 9",
    "original quality: 3, semantic: 7",
    "non-semantic: 3, quality: 4",
    "semantic_quality: 3, semantic: 4, quality: 5",
    "semantic: 7, quality: 8, 9",
    "semantic: 7, quality: 8, semantic: 6",
    '{"semantic": 7, "quality": 8, "quality": "eight"}',
    '{"semantic": 7, "quality": 8} {"semantic": 2, "quality": 8}',
    "&quot;semantic&quot;: 7, &quot;quality&quot;: 8",
    "| semantic | 7 |\n| quality | 8 |",
    "<b>7</b>, 8",
    "good, very good",
    " ",
    "",
    "semantic: 7quality: 8",
    "semantic: 7, quality: 8, or ½ less",
    "semantic: 7, quality: 8, " + "!" * 1000,
]

TEXTS_THAT_SAY_WARMER = [
    WHOLE,
    WHOLE.upper().replace("WARMER", "warmer"),
    f"\u200b{WHOLE}\u200b",
    f"```xml\n{WHOLE}\n```",
    f"Here you are:\n```\n{WHOLE}\n```\nTell me more!",
    f'<think a="b">t</think>< score kind="pair" >{JSON}</ score><answer >warmer</answer >',
    f"<think>t<score>{JSON}<answer>warmer</answer>",
    f"<think>t</think><score>{JSON}<answer>warmer</answer>",
    f"<answer>warmer</answer><score>{JSON}</score><think>t</think>",
    f"t</think><score>{JSON}</score><answer>warmer</answer>",
    f"t <score>[1, 2]</score> <answer>x</answer></think>{WHOLE}",
    f"<think>I give <score>[1, 2]</score>, <answer>x</answer>.</think>{WHOLE}",
    f"<think>first <think> then <score></think>{WHOLE}",
    f"<think>never closed <score>[1, 2]</score> hm {WHOLE}",
    f"<think><think>t</think></think><score>{JSON}</score><answer>warmer</answer>",
    f"<score></score><score>{JSON}</score></score><answer></answer><answer>warmer</answer>",
    WHOLE + WHOLE,
    f"{WHOLE}</think>",
    f"<score>{JSON}<answer>warmer</answer></score>",
    WHOLE + "<score>[7, 8.5]</score>",
    f"<score>{JSON}</score><answer>\n```\nwarmer\n```\n</answer>",
    f"<score>{JSON}</score><answer>```warmer```</answer> I hope this helps.",
    f"<Score>{JSON}</sCORE><ANSWER>warmer</answer>",
]

TEXTS_WITHOUT_A_CRITIQUE = [
    "",
    " \n\t",
    "\u200b",
    "\0",
    "warmer",
    JSON,
    f"<score>{JSON}</score>",
    f"<score>{JSON}</score><answer></answer>",
    f"<score>{JSON}</score><answer> \n </answer>",
    f"<score>{JSON}</score><answer>\u200b\u2060</answer>",
    f"<score>{JSON}</score><answer>a\0b</answer>",
    f"<score>{JSON}</score><answer>a\ud800b</answer>",
    f"<score>{JSON}</score><answer>``````</answer>",
    f"<score>{JSON}</score><answer/>warmer",
    f"<score>{JSON}</score><answer />warmer",
    f"<score/>{JSON}<answer>warmer</answer>",
    f"<score />{JSON}<answer>warmer</answer>",
    "<answer>warmer</answer>",
    f"{WHOLE}<score>[1, 2]</score>",
    f"{WHOLE}<answer>cooler</answer>",
    f"{WHOLE}<answer>cooler",
    f"<think>never closed <score>[1, 2]</score> hm <score>{JSON}</score><answer>warmer</answer>",
    f"&lt;score&gt;{JSON}&lt;/score&gt;<answer>warmer</answer>",
    f"<sc\u200bore>{JSON}</score><answer>warmer</answer>",
    f"<score-card>{JSON}</score-card><answer>warmer</answer>",
    f"[score]{JSON}[/score][answer]warmer[/answer]",
    f"<score>{JSON}</answer><answer>warmer</score>",
    f"<score>{JSON}</score><answer>warmer</score>",
    f"<score>{JSON}</score><answer>write <score> on it</answer>",
    f"<score>{JSON}</score><answer>write <think> on it</answer>",
    f"<score>{JSON}</score><answer>write </answer> on it</answer>",
    f"<score>{JSON}</score><answer>write </think> on it</answer>",
    f"<score>{JSON}</score><answer>write <answer> on it</answer>",
    f"<answer>warmer<score>{JSON}</score>",
]


@pytest.mark.parametrize("score", SCORES_THAT_SAY_7_AND_8_5)
def test_every_form_of_a_clear_score_is_read(score: str) -> None:
    critique = wire.read(f"<score>{score}</score><answer>warmer</answer>")
    assert critique.score == Score(semantic=7, quality=8.5)


@pytest.mark.parametrize("score", SCORES_THAT_LEAVE_A_DOUBT)
def test_a_score_with_a_doubt_is_refused(score: str) -> None:
    with pytest.raises(MalformedCritique, match="score"):
        wire.read(f"<score>{score}</score><answer>warmer</answer>", finish_reason="stop")


@pytest.mark.parametrize("text", TEXTS_THAT_SAY_WARMER)
def test_damaged_text_that_is_clear_is_read(text: str) -> None:
    critique = wire.read(text)
    assert critique.score is not None
    assert (critique.refined, critique.score.quality) == ("warmer", 8.5)


@pytest.mark.parametrize("text", TEXTS_WITHOUT_A_CRITIQUE)
@pytest.mark.parametrize("finish_reason", ["stop", None])
def test_text_without_a_clear_critique_is_refused(text: str, finish_reason: str | None) -> None:
    with pytest.raises(MalformedCritique):
        wire.read(text, finish_reason=finish_reason)


@pytest.mark.parametrize("finish_reason", ["length", "max_tokens", "MAX_TOKENS"])
def test_a_text_that_ran_out_of_tokens_is_refused_even_when_it_looks_whole(
    finish_reason: str,
) -> None:
    with pytest.raises(MalformedCritique, match="allow more tokens"):
        wire.read(WHOLE, finish_reason=finish_reason)


@pytest.mark.parametrize("finish_reason", ["stop", "STOP"])
def test_an_open_answer_is_complete_when_the_server_says_stop(finish_reason: str) -> None:
    text = WHOLE.removesuffix("</answer>")
    assert wire.read(text, finish_reason=finish_reason).refined == "warmer"


@pytest.mark.parametrize("finish_reason", [None, "", "content_filter", "abort", "tool_calls"])
def test_an_open_answer_is_cut_short_when_nobody_says_stop(finish_reason: str | None) -> None:
    with pytest.raises(MalformedCritique, match="ends inside of <answer>"):
        wire.read(WHOLE.removesuffix("</answer>"), finish_reason=finish_reason)
    assert wire.read(WHOLE, finish_reason=finish_reason).refined == "warmer"


@pytest.mark.parametrize("cut", range(WHOLE.index("<answer>") + 1))
def test_no_beginning_of_an_answer_is_taken_for_the_whole(cut: int) -> None:
    with pytest.raises(MalformedCritique):
        wire.read(WHOLE[:cut], finish_reason="stop")


@pytest.mark.parametrize(
    ("text", "thinking", "reasoning"),
    [
        ("<think>in the text</think>", None, "in the text"),
        ("<think>in the text</think>", "moved", "in the text"),
        ("", "  moved\n", "moved"),
        ("Sure, here it is:", "moved", "moved"),
        ("swallowed</think>", "moved", "swallowed"),
        ("<think></think>", "moved", "moved"),
        ("before the tags", None, "before the tags"),
        ("<think>one</think><think>two</think>", None, "one\ntwo"),
        ("<think>I write <score> and <answer> later</think>", None, "I write <score> and <answer> later"),
        ("", None, ""),
    ],
)  # fmt: skip
def test_the_reasoning_is_found_where_the_server_left_it(
    text: str, thinking: str | None, reasoning: str
) -> None:
    rest = f"<score>{JSON}</score><answer>warmer</answer>"
    assert wire.read(text + rest, thinking=thinking).reasoning == reasoning


def test_tags_in_moved_reasoning_are_never_read() -> None:
    with pytest.raises(MalformedCritique):
        wire.read("", thinking=WHOLE, finish_reason="stop")


def test_moved_reasoning_that_no_store_can_hold_is_refused() -> None:
    with pytest.raises(MalformedCritique, match="no character of a text"):
        wire.read(WHOLE, thinking="\ud800")


def test_html_entities_in_an_answer_stay_as_they_are() -> None:
    answer = "write &quot;R&amp;D&quot; &lt;b&gt;"
    assert wire.read(f"<score>{JSON}</score><answer>{answer}</answer>").refined == answer


def test_an_error_shows_only_the_beginning_of_a_long_text() -> None:
    with pytest.raises(MalformedCritique) as caught:
        wire.read("x" * 100_000)
    assert len(str(caught.value)) < 200


HUGE = {
    "words": "word " * 200_000,
    "opened": "<think>" * 150_000,
    "closed": "</think>" * 125_000,
    "mixed": "<think><score></answer></think>" * 32_000,
    "scores": "<score>7, 8</score>" * 50_000,
    "half tags": "< think " * 125_000,
    "long attributes": ("<score " + "a" * 199) * 5_000,
    "white space": "<score>7," + " " * 1_000_000 + "8</score>",
    "spaces in a key": "<score>semantic" + " " * 1_000_000 + ": 7</score>",
    "fences": "```\n" * 250_000,
    "digits": "<score>" + "7" * 1_000_000 + "</score>",
}


@pytest.mark.parametrize("text", HUGE.values(), ids=list(HUGE))
def test_a_huge_text_is_read_or_refused_in_linear_time(text: str) -> None:
    began = time.process_time()
    with pytest.raises(MalformedCritique):
        wire.read(text, finish_reason="stop")
    assert time.process_time() - began < 5.0  # a quadratic reader needs minutes


def test_a_huge_answer_is_kept_whole() -> None:
    answer = "warmer, " * 125_000 + "please"
    assert wire.read(f"<score>[7, 8]</score><answer>{answer}</answer>").refined == answer


def test_writing_keeps_the_digits_of_the_numbers() -> None:
    score = Score(semantic=0.1 + 0.2, quality=5e-324)
    text = wire.write(Critique(score=score, reasoning="r", refined="a"))
    assert re.findall(r"[\d.e-]+(?=[,}])", text) == ["0.30000000000000004", "5e-324"]
    assert wire.read(text).score == score


def test_a_negative_zero_is_written_as_zero() -> None:
    critique = Critique(score=Score(semantic=-0.0, quality=1), reasoning="r", refined="a")
    assert '"semantic": 0.0,' in wire.write(critique)


@pytest.mark.parametrize(
    "texts",
    [
        {"reasoning": "I end</think> here"},
        {"reasoning": "a < SCORE kind='x'> is due"},
        {"refined": "write </answer> on the wall"},
        {"refined": "write <think>"},
        {"refined": "```\nfenced\n```"},
        {"refined": " \n"},
        {"refined": "\u200b"},
        {"refined": "a\0b"},
        {"reasoning": "a\0b"},
    ],
)
def test_what_could_not_be_read_back_is_not_written(texts: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"reasoning": "r", "refined": "a"} | texts
    with pytest.raises(ThinkerError) as caught:
        wire.write(Critique(score=Score(semantic=1, quality=2), **fields))
    assert not isinstance(caught.value, MalformedCritique)


def test_a_critique_without_scores_is_not_written() -> None:
    with pytest.raises(ThinkerError, match="keep it as JSON"):
        wire.write(Critique(satisfied=True, reasoning="fine", refined="warmer"))
