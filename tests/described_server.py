"""The HTTP API as a process of its own, with a run and a picture that are known.

Requests are made up by what watches the global random numbers of its process; a server in a thread
beside it draws some too (for the ids of spans).
"""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import anyio
from anyio import to_thread
from apis import Asked, asking


@dataclass(frozen=True, slots=True)
class Known:
    """Where it is, and what is there to be asked for."""

    url: str
    run: str
    sha256: str
    ticket: str


@contextmanager
def described(folder: Path) -> Generator[Known]:
    """One that is ready; it ends with the block."""
    words = [sys.executable, "-W", "error", __file__, str(folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            yield Known(**json.loads(process.stdout.readline()))
        finally:
            process.communicate()
    assert process.returncode == 0


async def _serve(folder: Path) -> None:
    async with asking(folder, server=True, rules={"waiting": 100_000}) as asked:
        print(json.dumps(asdict(await _known(asked))), flush=True)
        await to_thread.run_sync(sys.stdin.read)


async def _known(asked: Asked) -> Known:
    run = await asked.done()
    ticket = (await asked.http.post("/v1/uploads")).json()["id"]
    return Known(str(asked.http.base_url), run["id"], run["image"]["sha256"], ticket)


if __name__ == "__main__":
    anyio.run(_serve, Path(sys.argv[1]))
