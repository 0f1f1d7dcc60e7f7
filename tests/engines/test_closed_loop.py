"""Real thinker, real editors, real HTTP: the loop is worth its turns."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from engines.closed_loop import outcomes, settings, table
from engines.tiny import world
from engines.tiny.judge import Verdict

pytestmark = pytest.mark.anyio

CASES = 50


async def test_the_loop_ends_with_more_correct_edits_than_one_turn(
    vllm_url: str,
    editor_urls: tuple[str, str],
    tiny_template: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chosen = settings(editor_urls, vllm_url, tiny_template, tmp_path)
    found = await outcomes(chosen, world.held_out(CASES))
    with capsys.disabled():
        print(f"\n{table(found)}")

    assert len(found) == CASES
    assert _right(each.answer for each in found) > _right(each.first for each in found)


def _right(verdicts: Iterable[Verdict]) -> int:
    return sum(verdict.right for verdict in verdicts)
