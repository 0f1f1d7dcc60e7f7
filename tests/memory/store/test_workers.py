"""Whether a worker is certainly dead."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from editloop.memory.store.workers import gone, worker_name

NAME = "from editloop.memory.store.workers import worker_name; print(worker_name())"


def test_a_process_that_has_ended_is_gone_and_this_one_is_not() -> None:
    done = subprocess.run([sys.executable, "-c", NAME], capture_output=True, text=True, check=True)
    assert gone(done.stdout.strip())
    assert not gone(worker_name())


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_process_that_has_ended_is_gone_though_its_parent_has_not_looked() -> None:
    with subprocess.Popen([sys.executable, "-c", NAME], stdout=subprocess.PIPE, text=True) as done:
        assert done.stdout
        name = done.stdout.read().strip()  # to the end, which comes with the end of the process
        os.waitid(os.P_PID, done.pid, os.WEXITED | os.WNOWAIT)
        assert gone(name)


def test_nothing_is_said_of_workers_elsewhere() -> None:
    host, pid, mark, token = worker_name().rsplit(":", 3)
    dead = "999999999"
    assert not gone(f"another-{host}:{dead}:{mark}:{token}")
    assert not gone(f"{host}:{dead}:00000000:{token}")
    assert not gone("a name of somebody's own")
    assert not gone("")
    assert not gone(f"{host}:{os.getpid()}:{mark}:ffffff")
    assert int(pid) == os.getpid()
