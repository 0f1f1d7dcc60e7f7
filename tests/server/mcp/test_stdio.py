"""The end of a server that a client has started."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mcp_doors import HELLO, environment

pytestmark = pytest.mark.slow

DYING = """
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import editloop.server.mcp.stdio as stdio
from editloop.cli import main
from editloop.memory import StoreError

class Dying(stdio.Host):
    @asynccontextmanager
    async def open(self):
        async with super().open() as host, anyio.create_task_group() as group:
            group.start_soon(self._die)
            yield host

    async def _die(self):
        while not Path("now").exists():
            await anyio.sleep(0.01)
        raise StoreError("the store is gone for good")

stdio.Host = Dying
sys.argv = ["editloop", "mcp", "serve"]
main()
"""


def test_a_server_whose_host_ends_says_why_and_leaves_though_the_client_stays(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", DYING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, **environment(tmp_path)},
    ) as process:
        try:
            assert process.stdin
            assert process.stdout
            assert process.stderr
            process.stdin.write(f"{json.dumps(HELLO)}\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == 1
            (tmp_path / "now").touch()
            code = process.wait(300)  # stdin is open all the while
            said = process.stderr.read()
        finally:
            process.kill()
    assert code not in (0, -9)
    assert "the store is gone for good" in said
