"""What starts servers says why one did not start, and leaves nothing behind."""

import sys
from pathlib import Path

import psutil
import pytest
from engines.processes import ServerFailed, serving
from ports import free_port

FOREVER = "import time; time.sleep(600)"


def test_a_server_that_ends_at_once_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('no such model'); raise SystemExit(3)"]
    with (
        pytest.raises(ServerFailed, match=r"(?s)ended with 3.*no such model"),
        serving("broken", command, free_port(), tmp_path),
    ):
        pass


def test_a_server_that_never_answers_is_an_error_and_is_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FOREVER]
    with (
        pytest.raises(ServerFailed, match="not ready in"),
        serving("silent", command, free_port(), tmp_path, within=0.1),
    ):
        pass

    assert _running(FOREVER) == []


def test_the_children_of_a_server_end_with_it(tmp_path: Path) -> None:
    port = free_port()
    serve = f"import http.server as h; h.test(h.SimpleHTTPRequestHandler, port={port})"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {serve!r}])"
    with serving("parent", [sys.executable, "-c", parent], port, tmp_path, ready="/"):
        children = _running(serve)

    assert len(children) == 1
    ended, still_there = psutil.wait_procs(children, timeout=20)  # its parent is the system now
    assert (ended, still_there) == (children, [])


def _running(command: str) -> list[psutil.Process]:
    processes = psutil.process_iter(["cmdline"])
    return [each for each in processes if (each.info["cmdline"] or [""])[-1] == command]
