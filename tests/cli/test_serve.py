"""`editloop serve`, as processes: an editor, a thinker's server, a proxy's configuration."""

import base64
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx2
import pytest
from ports import free_port

from editloop.tools.pool.probing import tiny_png

_STAND_IN = str(Path(__file__).with_name("stand_in"))
_BODY = {"image": base64.b64encode(tiny_png()).decode(), "prompt": "make it warmer"}


@dataclass
class Served:
    process: subprocess.Popen[str]
    said: list[str]

    def until(self, words: str) -> str:
        """Read what it says up to a line with these words."""
        for line in self._lines():
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"it never said {words!r}:\n{''.join(self.said)}")

    def _lines(self) -> IO[str]:
        assert self.process.stderr
        return self.process.stderr

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        self.said += list(self._lines())
        return self.process.wait(300)


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "editloop", "serve", *words]


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "PATH": f"{_STAND_IN}:{os.environ['PATH']}", **more}


@contextmanager
def _serving(*words: str, **more: str) -> Generator[Served]:
    with subprocess.Popen(
        _command(*words), stderr=subprocess.PIPE, text=True, env=_environment(more)
    ) as process:
        try:
            yield Served(process, [])
        finally:
            process.kill()


def _ended(*words: str, **more: str) -> tuple[int, str]:
    found = subprocess.run(
        _command(*words),
        check=False,
        capture_output=True,
        text=True,
        env=_environment(more),
        timeout=300,
    )
    return found.returncode, found.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_editor_is_served_until_a_signal(number: signal.Signals) -> None:
    with _serving("editor", "--editor", "retouch", "--port", "0") as served:
        found = re.search(r"http://\S+:\d+", served.until("serving"))
        served.until("ready: a tiny edit was answered")
        assert found
        answer = httpx2.post(f"{found[0]}/edit", json=_BODY, timeout=300)
        code = served.end(number)
    assert answer.json()["success"] is True
    assert code == 0
    assert any('"path": "/edit"' in line for line in served.said)
    assert served.said[-1].startswith("stopped")


def test_the_token_of_a_variable_is_asked_for() -> None:
    words = ("editor", "--editor", "retouch", "--port", "0", "--token-env", "SESAME")
    with _serving(*words, "--host", "0.0.0.0", "-q", SESAME="open") as served:
        served.until("ready:")
        port = _port_of(served.process.pid)
        url = f"http://127.0.0.1:{port}/edit"
        refused = httpx2.post(url, json=_BODY, timeout=300)
        headers = {"Authorization": "Bearer open"}
        answer = httpx2.post(url, json=_BODY, headers=headers, timeout=300)
        served.end(signal.SIGTERM)
    assert (refused.status_code, answer.status_code) == (401, 200)
    assert not any("open" in line.split() for line in served.said)


def _port_of(pid: int) -> int:
    import psutil

    found = psutil.Process(pid).net_connections("tcp")
    return next(c.laddr.port for c in found if c.status == psutil.CONN_LISTEN)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--editor", "retouch", "--host", "0.0.0.0"], "--token-env, or say --no-token"),
        (["--editor", "retouch", "--token-env", "NO_SUCH"], "NO_SUCH is not set"),
        (["--editor", "retouch", "--model", "x"], "--model goes with --preset"),
        (["--editor", "retouch", "--preset", "nonsense"], "there is no preset 'nonsense'"),
        (["--editor", "retouch", "--at-once", "0"], "must be 1 or more"),
        (["--editor", "retouch", "--ray", "--replicas", "x"], "write 2, or 1-4"),
        ([], "say what to serve"),
    ],
)
def test_options_that_cannot_be_are_refused_at_once(words: list[str], said: str) -> None:
    code, told = _ended("editor", *words)
    assert (code, said in told) == (2, True), told


def test_an_editor_that_is_not_there_ends_the_service_with_its_sentence() -> None:
    code, told = _ended("editor", "--editor", "nonsense", "--port", "0")
    assert code == 2
    assert "there is no editor 'nonsense'" in told


def test_a_taken_port_is_told_before_anything_is_started() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for words in (["editor", "--editor", "retouch"], ["thinker", "some/model"]):
            code, told = _ended(*words, "--port", port)
            assert code == 2
            assert f"cannot listen at 127.0.0.1:{port}" in told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_thinker_is_ready_once_it_answered_about_two_pictures(number: signal.Signals) -> None:
    port = str(free_port())
    words = ("thinker", "models/EditThinker-8B", "--port", port, "--tensor-parallel", "2")
    more = ("--gpu-memory-utilization", "0.6", "--token-env", "SESAME", "--", "--dtype", "float32")
    with _serving(*words, *more, SESAME="open") as served:
        started = served.until("stand-in started")
        ready = served.until("ready")
        hint = served.until("next:")
        code = served.end(number)
    for flag in (
        "serve models/EditThinker-8B --served-model-name EditThinker-8B --host 127.0.0.1",
        '--limit-mm-per-prompt {"image": 2, "video": 0}',
        "--enable-prefix-caching --enable-prompt-tokens-details",
        "--tensor-parallel-size 2",
        "--gpu-memory-utilization 0.6",
        "--dtype float32",
    ):
        assert flag in started
    assert "EditThinker-8B answered about two pictures" in ready
    assert "model=EditThinker-8B" in hint
    assert "open" not in started.split()
    assert code == 0
    passed = "told to stop" if number == signal.SIGTERM else "interrupted"
    assert any(passed in line for line in served.said)


@pytest.mark.parametrize(
    ("mode", "code", "said"),
    [
        ("dies", 4, "vLLM ended with 3; its last lines: stand-in started"),
        ("refuses", 4, "refuses a request with two pictures (400)"),
        ("hangs", 4, "did not answer about two pictures within 1 s"),
    ],
)
def test_a_thinker_that_does_not_come_up_says_why(mode: str, code: int, said: str) -> None:
    wait = "1s" if mode == "hangs" else "1m"
    words = ("thinker", "some/model", "--port", str(free_port()), "--wait", wait)
    found, told = _ended(*words, STAND_IN=mode)
    assert found == code, told
    assert said in told
    if mode == "dies":
        assert "no such model" in told.splitlines()[-2] + told.splitlines()[-1]


def test_without_vllm_the_error_says_how_to_get_it() -> None:
    code, told = _ended("thinker", "some/model", "--port", str(free_port()), PATH="/nowhere")
    assert code == 2
    assert "pip install vllm" in told


def test_without_ray_the_error_names_the_extra(tmp_path: Path) -> None:
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "__init__.py").write_text("raise ImportError('as if it was not there')")
    words = ("editor", "--editor", "retouch", "--ray", "--port", str(free_port()))
    code, told = _ended(*words, PYTHONPATH=str(tmp_path))
    assert code == 2
    assert "pip install 'editloop[ray]'" in told


def test_a_configuration_of_nginx_is_printed() -> None:
    words = ("nginx-config", "--upstream", "gpu-1:8005", "--upstream", "gpu-2:8005")
    found = subprocess.run(
        _command(*words), check=True, capture_output=True, text=True, timeout=300
    )
    assert "server gpu-2:8005 max_fails=2" in found.stdout
    code, told = _ended("nginx-config", "--upstream", "gpu-1")
    assert (code, "write HOST:PORT" in told) == (2, True)
