"""`editloop serve api` as a process: until a signal, with tokens, and when something is wrong."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import anyio
import httpx2
import pytest
from api_servers import Servers
from images_server import edit_server
from ports import free_port

from editloop.server.guard import digest


@contextmanager
def _serving(
    environment: dict[str, str], *words: str
) -> Generator[tuple[subprocess.Popen[str], str]]:
    """A server, and where it says that it listens."""
    command = [sys.executable, "-m", "editloop", "serve", "api", "--port", "0", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stderr
            line = next(each for each in process.stderr if each.startswith("serving"))
            found = re.search(r"http://\S+:\d+", line)
            assert found
            url = found[0]
            yield process, url
        finally:
            process.kill()


@contextmanager
def _ready(url: str) -> Generator[httpx2.Client]:
    """A client of a server that is ready."""
    transport = httpx2.HTTPTransport(retries=20)  # it may not listen yet
    with httpx2.Client(base_url=url, transport=transport, timeout=30) as http:
        while http.get("/readyz").status_code != 200:
            pass
        yield http


def _ended(environment: dict[str, str], *words: str) -> tuple[int, str]:
    found = subprocess.run(
        [sys.executable, "-m", "editloop", "serve", "api", *words],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
    )
    return found.returncode, found.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_loop_is_served_until_a_signal(
    home: Path, environment: dict[str, str], number: signal.Signals
) -> None:
    with _serving(environment) as (process, url), _ready(url) as http:
        files = {"image": (home / "photo.png").read_bytes()}
        answer = http.post(
            "/v1/runs",
            files=files,
            data={"instruction": "make it brighter"},
            headers={"prefer": "wait=30"},
        )
        models = http.get("/v1/models")
        process.send_signal(number)
        assert process.stderr
        said = list(process.stderr)
        code = process.wait(300)
    assert (answer.status_code, answer.json()["status"]) == (200, "done")
    assert models.status_code == 200
    assert code == 0
    lines = [line for line in said if '"path": "/v1/runs"' in line]
    assert len(lines) == 1, said
    assert said[-1].startswith("stopped")


def test_a_file_of_tokens_says_who_asks(home: Path, environment: dict[str, str]) -> None:
    tokens = home / "tokens.toml"
    tokens.write_text(f'[principals.ann]\ntoken_sha256 = "{digest("sesame")}"\n')
    words = ("--tokens", str(tokens), "--host", "0.0.0.0", "--no-mcp", "-q")
    with _serving_quietly(environment, *words) as url, _ready(url) as http:
        refused = http.get("/v1")
        index = http.get("/v1", headers={"authorization": "Bearer sesame"})
        gone = http.post("/mcp", headers={"authorization": "Bearer sesame"})
    assert (refused.status_code, index.json()["principal"]) == (401, "ann")
    assert gone.status_code == 404


@contextmanager
def _serving_quietly(environment: dict[str, str], *words: str) -> Generator[str]:
    port = str(free_port())
    command = [sys.executable, "-m", "editloop", "serve", "api", "--port", port, *words]
    with subprocess.Popen(command, env=environment) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "--token-env, or say --no-token"),
        (["--token-env", "NO_SUCH"], "NO_SUCH is not set"),
        (["--token-env", "A", "--tokens", "b"], "give one of the two"),
        (["--tokens", "no-such-file"], "no-such-file"),
        (["--at-once", "0"], "must be 1 or more"),
        (["--allow", "no-such-folder"], "is no folder"),
        (["--allow-origin", "nonsense"], "the allowed origin"),
        (["--public-url", "images.example"], "the public address 'images.example' is none"),
        (["--same-for", "soon"], "is no length of time"),
        (["--editor", "nonsense", "--port", "0"], "there is no editor 'nonsense'"),
    ],
)
def test_what_cannot_be_served_is_said_at_once(
    environment: dict[str, str], words: list[str], said: str
) -> None:
    code, told = _ended(environment, *words)
    assert (code, said in told) == (2, True), told
    assert "Traceback" not in told


def test_a_port_that_is_taken_is_said_before_anything_is_opened(
    environment: dict[str, str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, told = _ended(environment, "--port", port)
    assert (code, f"cannot listen at 127.0.0.1:{port}" in told) == (2, True), told
    assert not Path(environment["EDITLOOP_STORE"]).exists()


@pytest.mark.anyio
async def test_a_server_that_ends_lets_go_of_listeners_and_runs(tmp_path: Path) -> None:
    with edit_server(held=True, free_turns=1) as edits:
        servers = Servers(tmp_path, f"sqlite:///{tmp_path / 'editloop.db'}", edits)
        heard: list[int | None] = []
        async with servers.start("--grace", "10m") as one:
            run = (await one.begin())["id"]
            await servers.asked(2, one)
            seen = anyio.Event()

            async def listen() -> None:
                async for moment in one.moments(run):
                    heard.append(moment.number)
                    if moment.number == 3:
                        seen.set()

            with anyio.fail_after(60):  # less than the grace that requests have
                async with anyio.create_task_group() as group:
                    group.start_soon(listen)
                    await seen.wait()
                    assert await one.end(signal.SIGTERM) == 0
        edits.release.set()
        async with servers.start() as other:
            found = await other.done(run)
    assert [number for number in heard if number] == [1, 2, 3]
    assert len(found["turns"]) == 4


def test_what_is_sent_again_is_the_same_edit_and_addresses_are_the_proxys(
    home: Path, environment: dict[str, str]
) -> None:
    public = "https://images.example"
    with (
        _serving(environment, "--same-for", "10m", "--public-url", public) as (_, url),
        _ready(url) as http,
    ):
        answers = [
            http.post(
                "/v1/images/edits",
                files={"image": (home / "photo.png").read_bytes()},
                data={"prompt": "make it warmer", "response_format": "url"},
            )
            for _ in range(2)
        ]
    first, second = (answer.headers["x-editloop-run"] for answer in answers)
    assert first == second
    assert answers[0].json()["data"][0]["url"].startswith(f"{public}/v1/blobs/")
