"""`editloop batch` as a real process that is stopped, killed, watched and measured."""

import json
import os
import pty
import random
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import psutil
import pytest
from images_server import EditServer, edit_server
from making import png

from editloop.memory import Run
from editloop.memory.store import open_store

pytestmark = pytest.mark.slow

Cli = Callable[..., subprocess.CompletedProcess[str]]
PROBE = """
import sys
from editloop.cli.border import run
code = run(["batch", "--help"])
print(*[name for name in sys.argv[1].split() if name in sys.modules], file=sys.stderr)
"""


def write_jobs(home: Path, count: int) -> None:
    jobs = ({"id": f"j{n}", "image": "photo.png", "instruction": "lighter"} for n in range(count))
    (home / "jobs.jsonl").write_text("\n".join(map(json.dumps, jobs)), encoding="utf-8")


def recorded(home: Path) -> list[Run]:
    """Every run on record."""
    path = home / "store" / "editloop.db"
    return anyio.run(_read_runs, path) if path.exists() else []


async def _read_runs(path: Path) -> list[Run]:
    async with open_store(str(path)) as store:
        return [await store.run(each.id) for each in await store.runs(limit=1000)]


def words_for(server: EditServer, at_once: int) -> list[str]:
    words = ["batch", "jobs.jsonl", "--out", "out", "--editors", server.address]
    return [*words, "--thinker", "second", "-j", str(at_once)]


def test_a_batch_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing(
    home: Path, environment: dict[str, str], command: list[str], cli: Cli
) -> None:
    write_jobs(home, 60)
    draw = random.Random(3)
    done_before = 0
    with edit_server() as server:
        words = words_for(server, 4)
        for _ in range(6):
            safe = on_record(home)
            begin = len(server.answered)
            with subprocess.Popen(
                [*command, *words],
                cwd=home,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ) as process:
                server.wait_for(server.asked + draw.randrange(1, 12), process)
                process.kill()
            assert not safe & set(server.answered[begin:])
        done_before = len(json_lines(home / "out" / "summary.jsonl"))
        safe, begin = on_record(home), len(server.answered)
        done = cli(*words)
        assert done.returncode == 0, done.stderr
        assert not safe & set(server.answered[begin:])
        repeated = len(server.answered) - len(set(server.answered))
        assert repeated <= 6 * 4  # only what was answered in the moment of a kill
    runs = recorded(home)
    assert len(runs) == 60
    assert {run.status for run in runs} == {"done"}
    assert {len(run.turns) for run in runs} == {2}
    totals = json.loads((home / "out" / "summary.json").read_text("utf-8"))
    assert (totals["accepted"], totals["left"]) == (60, 0)
    assert totals["ended_before"] >= done_before - 4
    assert len(list((home / "out").glob("j*.png"))) == 60


def on_record(home: Path) -> set[str]:
    """The keys of the edits that are on record."""
    return {f"{run.id}:{turn.number}" for run in recorded(home) for turn in run.turns}


def json_lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_text("utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines() if line.endswith("}")]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_batch_that_the_printed_command_goes_on_with(
    number: signal.Signals,
    code: int,
    home: Path,
    environment: dict[str, str],
    command: list[str],
    cli: Cli,
) -> None:
    write_jobs(home, 6)
    with edit_server(held=True) as server:
        with subprocess.Popen(
            [*command, *words_for(server, 3)],
            cwd=home,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            server.wait_for(2, process)
            process.send_signal(number)
            _, stderr = process.communicate(timeout=300)
        assert process.returncode == code, stderr
        assert 1 <= len([run for run in recorded(home) if run.status == "open"]) <= 3
        said = stderr.splitlines()[-1].removeprefix("next:")
        assert shlex.split(said) == ["editloop", *words_for(server, 3)]
        server.release.set()
        done = cli(*shlex.split(said)[1:])
        assert done.returncode == 0, done.stderr
    assert len(recorded(home)) == 6


def test_two_processes_do_not_work_in_one_folder(
    home: Path, environment: dict[str, str], command: list[str], cli: Cli
) -> None:
    write_jobs(home, 2)
    with edit_server(held=True) as server:
        words = words_for(server, 2)
        with subprocess.Popen(
            [*command, *words], cwd=home, env=environment, stderr=subprocess.DEVNULL
        ) as process:
            server.wait_for(1, process)
            refused = cli(*words)
            assert refused.returncode == 2
            assert "another process works in" in refused.stderr
            process.kill()


def test_a_server_out_of_order_fails_jobs_that_the_next_call_tries_again(
    home: Path, cli: Cli
) -> None:
    write_jobs(home, 3)
    with edit_server() as server:
        server.status = 400
        failed = cli(*words_for(server, 3))
        assert failed.returncode == 4
        server.status = 200
        assert cli(*words_for(server, 3)).returncode == 0


def test_memory_does_not_grow_with_the_jobs_that_have_ended(
    home: Path, environment: dict[str, str], command: list[str]
) -> None:
    write_jobs(home, 500)
    (home / "photo.png").write_bytes(png(3))
    words = ["batch", "jobs.jsonl", "--out", "out", "--editor", "grey", "--thinker", "rising"]
    held: list[float] = []
    with subprocess.Popen(
        [*command, *words, "-j", "16", "--json"],
        cwd=home,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        for number, _ in enumerate(process.stdout, 1):
            if number in (150, 500):
                held.append(psutil.Process(process.pid).memory_info().rss / 1e6)
    assert process.returncode == 0
    assert held[1] - held[0] < 12  # megabytes over 350 jobs


def test_a_person_at_a_terminal_sees_one_line_that_moves(
    home: Path, environment: dict[str, str], command: list[str]
) -> None:
    write_jobs(home, 5)
    words = ["batch", "jobs.jsonl", "--out", "out", "--editor", "grey", "--thinker", "rising"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*command, *words], stdin=theirs, stdout=theirs, stderr=theirs, cwd=home, env=environment
    ) as process:
        os.close(theirs)
        seen = b""
        while chunk := _read(ours):
            seen += chunk
        assert process.wait(timeout=300) == 0
    os.close(ours)
    text = seen.decode()
    assert "5 of 5" in text
    assert "5 accepted" in text
    assert "\x1b[" in text


def _read(number: int) -> bytes:
    try:
        return os.read(number, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


def test_help_loads_nothing_heavy(environment: dict[str, str]) -> None:
    heavy = "pydantic_ai openai mcp sqlalchemy numpy PIL pydantic anyio httpx2"
    probe = subprocess.run(
        [sys.executable, "-c", PROBE, heavy],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "JOBS" in probe.stdout
    assert probe.stderr.split() == []
