"""Producing and scoring as real processes that are killed, or that work side by side.

What holds: an edit or an answer that is on record is never asked for again, by any process. What a
kill can cost: what was under way in that moment, at most as many edits and calls as were allowed
at once.
"""

import random
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from eval_layouts import LAYOUTS
from eval_recorded import recorded
from scripted_judge import ScriptedJudge, scripted_judge

from editloop.evals.scores import Suite

pytestmark = pytest.mark.slow

Start = Callable[..., subprocess.Popen[str]]
AT_ONCE = 3
CASES = 16


def words(data: Path, judge: ScriptedJudge) -> list[str]:
    cases = [data.name, "--data", str(data), "-j", str(AT_ONCE)]
    run = ["eval", "run", *cases, "--editor", "counted", "--turns", "2", "--semantic", "10"]
    address = judge.address.replace(judge.url, "http://JUDGE")
    score = ["eval", "score", *cases, "--every-turn", "--samples", "2", "--judge", address]
    return [*run, "then", *score]


def on(judge: ScriptedJudge, data: Path) -> list[str]:
    return [word.replace("http://JUDGE", judge.url) for word in words(data, judge)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    LAYOUTS["gedit"](tmp_path / "gedit", CASES)
    return tmp_path / "gedit"


@pytest.mark.parametrize("suite", ["imgedit", "imgedit-hard", "kris", "rise"])
def test_in_every_layout_a_killed_evaluation_ends_in_the_same_report(
    suite: Suite, tmp_path: Path, start: Start
) -> None:
    data = tmp_path / suite
    LAYOUTS[suite](data, 8)
    with scripted_judge() as judge:
        told, _ = start(tmp_path / "whole", judge, *on(judge, data)).communicate(timeout=300)
        needed = judge.heard
    expected = recorded(tmp_path / "whole", suite)
    assert len(expected.produced) == 8, told
    assert expected.judgements

    home = tmp_path / "killed"
    with scripted_judge() as judge:
        with start(home, judge, *on(judge, data)) as process:
            judge.wait_for(needed // 2, lambda: process.poll() is None)
            process.kill()
        before, edits, keys = recorded(home, suite), len(judge.edits), len(judge.keys)
        told, _ = start(home, judge, *on(judge, data)).communicate(timeout=300)
        assert not before.edits & set(judge.edits[edits:])
        assert not before.calls & set(judge.keys[keys:])
    assert recorded(home, suite).plain == expected.plain, told
    asked = ["eval", "report", suite, "--data", str(data), "--json"]
    assert _told(start(tmp_path / "whole", judge, *asked)) == _told(start(home, judge, *asked))


def test_killed_ten_times_the_record_is_that_of_an_uninterrupted_run(
    data: Path, tmp_path: Path, start: Start
) -> None:
    with scripted_judge() as judge:
        whole = start(tmp_path / "whole", judge, *on(judge, data))
        told, _ = whole.communicate(timeout=300)
        assert whole.returncode == 0, told
        needed = judge.heard
        calls = len(judge.keys)
    expected = recorded(tmp_path / "whole", "gedit")
    assert len(expected.produced) == CASES
    assert len(expected.judgements) == calls == len(expected.calls)

    draw = random.Random(7)
    home = tmp_path / "killed"
    points = sorted(draw.sample(range(2, needed), 10))
    with scripted_judge() as judge:
        for point in points:
            before, edits, keys = recorded(home, "gedit"), len(judge.edits), len(judge.keys)
            with start(home, judge, *on(judge, data)) as process:
                judge.wait_for(point, lambda: process.poll() is None)
                process.kill()
            assert not before.edits & set(judge.edits[edits:])
            assert not before.calls & set(judge.keys[keys:])
        before, edits, keys = recorded(home, "gedit"), len(judge.edits), len(judge.keys)
        last = start(home, judge, *on(judge, data))
        told, _ = last.communicate(timeout=300)
        assert last.returncode == 0, told
        assert not before.edits & set(judge.edits[edits:])
        assert not before.calls & set(judge.keys[keys:])
        under_way = judge.heard - needed
    assert 0 <= under_way <= 10 * AT_ONCE
    found = recorded(home, "gedit")
    assert found.plain == expected.plain
    assert {run.status for run in found.runs} == {"done"}
    assert len(found.runs) == CASES
    for form in (["--json"], ["--csv", "--layout", "turns"]):
        asked = ["eval", "report", "gedit", "--data", str(data), *form]
        told = [_told(start(each, judge, *asked)) for each in (tmp_path / "whole", home)]
        assert told[0] == told[1]


def _told(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return said


def test_two_processes_share_the_work(data: Path, tmp_path: Path, start: Start) -> None:
    with scripted_judge() as judge:
        both = [start(tmp_path, judge, *on(judge, data)) for _ in range(2)]
        for process in both:
            told, _ = process.communicate(timeout=300)
            assert process.returncode == 0, told
        found = recorded(tmp_path, "gedit")
        assert len(found.runs) == len(found.produced) == CASES
        assert sorted(judge.edits) == sorted(found.edits)
        assert sorted(judge.keys) == sorted(found.calls)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("point", [6, 40])
def test_a_signal_ends_it_and_the_same_command_goes_on(
    number: signal.Signals, code: int, point: int, data: Path, tmp_path: Path, start: Start
) -> None:
    with scripted_judge() as judge:
        first = start(tmp_path, judge, *on(judge, data))
        judge.wait_for(point, lambda: first.poll() is None)
        first.send_signal(number)
        told, _ = first.communicate(timeout=300)
        assert first.returncode == code, told
        assert "next:" in told
        before, edits, keys = recorded(tmp_path, "gedit"), len(judge.edits), len(judge.keys)
        second = start(tmp_path, judge, *on(judge, data))
        told, _ = second.communicate(timeout=300)
        assert second.returncode == 0, told
        assert not before.edits & set(judge.edits[edits:])
        assert not before.calls & set(judge.keys[keys:])
    assert len(recorded(tmp_path, "gedit").runs) == CASES
