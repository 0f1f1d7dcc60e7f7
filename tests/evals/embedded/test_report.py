from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from editloop.agent import Settings, build
from editloop.evals.embedded.cases import CASES, Case
from editloop.evals.embedded.facts import Facts, facts
from editloop.evals.embedded.report import report
from editloop.evals.embedded.running import Row, rows, sheet
from editloop.memory import Critique, ImageRef, Run, Score, Stop, StopReason, Task, Turn

RIGHT = Case("light", "brighten", lambda a, b: b.luma > a.luma, "lighter")
REF = ImageRef(sha256="0" * 64, media_type="image/png", width=8, height=8, size=9)


def measured(level: int) -> Facts:
    return facts(Image.new("RGB", (8, 8), (level, level, level)))


def row(scores: Sequence[float], *, answer: int, after: int = 120, photo: str = "lake") -> Row:
    """A run with these overall scores, whose answer turned level 100 to `after`."""
    turns = tuple(
        Turn(
            number=number,
            instruction="brighten",
            edited=REF,
            critique=Critique(
                score=Score(semantic=score, quality=score), reasoning="seen", refined="brighten"
            ),
        )
        for number, score in enumerate(scores, start=1)
    )
    good = scores[answer - 1] >= 8
    reason = StopReason.SATISFIED if good else StopReason.MAX_TURNS
    run = Run(
        id="0123456789",
        task=Task(source=REF, instruction="brighten"),
        created=datetime(2026, 1, 1, tzinfo=UTC),
        turns=turns,
        stop=Stop(reason=reason),
        answer=answer,
    )
    return Row(photo, RIGHT, run, measured(100), measured(after))


def head(*found: Row) -> str:
    return report(found, turns=5, semantic=8, quality=8).split("## By")[0].replace("\n", " ")


def test_the_head_counts_runs_photographs_and_turns() -> None:
    text = head(row([9], answer=1), row([4, 9], answer=2, photo="road"))
    assert "2 runs on 2 photographs: 2 right, 2 reached the target scores, 1 took more" in text
    assert "1 of these ended above their first turn, and 0 ended below it" in text


def test_an_answer_below_the_first_turn_is_counted_as_worse() -> None:
    assert "and 1 ended below it" in head(row([7, 5], answer=2))


def test_a_later_turn_that_is_not_the_answer_is_no_gain() -> None:
    text = head(row([7, 5], answer=1))
    assert "0 of these ended above their first turn, and 0 ended below it" in text


def test_a_wrong_answer_is_shown_as_no_and_not_counted_as_right() -> None:
    wrong = row([9], answer=1, after=80)
    page = report([wrong], turns=5, semantic=8, quality=8)
    assert "0 right" in page
    assert "| **no** |" in page
    assert "| 0 of 1 |" in page


def test_a_run_without_an_answer_is_wrong() -> None:
    lost = replace(row([9], answer=1), after=None)
    assert not lost.right
    assert "0 right" in head(lost)


def test_every_run_has_a_line_with_its_scores() -> None:
    page = report([row([4, 9], answer=2)], turns=5, semantic=8, quality=8)
    assert "| lake | brighten | 4.0, 9.0 | 2 | satisfied |" in page


def test_a_sheet_shows_all_pictures_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    Image.new("RGB", (60, 40), "red").save(path)
    (tmp_path / "page.jpg").write_bytes(sheet([path.read_bytes()] * 3, height=20))
    with Image.open(tmp_path / "page.jpg") as page:
        assert page.size == (3 * 34, 20)


@pytest.mark.anyio
async def test_two_cases_run_from_a_picture_to_a_page(tmp_path: Path) -> None:
    y, x = np.mgrid[0:160, 0:240]
    field = np.stack([60 + x / 2, 50 + y / 2, 90 + 20 * np.sin(x / 9)], axis=-1)
    Image.fromarray(field.astype(np.uint8)).save(tmp_path / "made.png")
    cases = [case for case in CASES if case.kind in ("geometric", "photometric")][:2]
    async with build(Settings(store=f"sqlite:///{tmp_path}/report.db")) as agent:
        found = [each async for each in rows(agent, [tmp_path / "made.png"], cases)]
    assert {each.case.instruction for each in found} == {case.instruction for case in cases}
    assert all(each.right and each.best >= each.first for each in found)
    assert "2 runs on 1 photographs: 2 right" in head(*found)
