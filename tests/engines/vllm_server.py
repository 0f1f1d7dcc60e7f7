"""Starts vLLM as a user of a GPU would, with the flags that a CPU and a tiny model need."""

import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import anyio
import httpx2
from engines.processes import EDITLOOP, Server, serving
from ports import free_port

NAME = "thinker"
"""What the served model is called."""

ENVIRONMENT = {
    "VLLM_CPU_KVCACHE_SPACE": "1",  # whole GiB
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",  # the engine in the server's process: up sooner, smaller
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": "1",  # tensors this small only make threads wait for each other
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",  # several servers share the cores
}
FLAGS = (
    *("--dtype", "float32"),
    "--enforce-eager",
    "--skip-mm-profiling",
    *("--max-num-seqs", "8"),
    *("--block-size", "32"),  # the smallest on a CPU; shorter prefixes are not cached
    "--enable-prefix-caching",
    "--enable-prompt-tokens-details",
    *("--limit-mm-per-prompt", '{"image":4,"video":0}'),
)


@contextmanager
def vllm(model: Path, folder: Path) -> Generator[Server]:
    """Serve a checkpoint by vLLM itself for as long as the block lasts."""
    port = free_port()
    server = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(model)]
    address = ["--served-model-name", NAME, "--host", "127.0.0.1", "--port", str(port)]
    command = [*server, *address, *FLAGS]
    with serving("vllm", command, port, folder, environment=ENVIRONMENT) as running:
        yield running


@contextmanager
def served_thinker(model: Path, folder: Path) -> Generator[Server]:
    """Serve a checkpoint by `editloop serve thinker`, which starts vLLM."""
    port = free_port()
    server = [*EDITLOOP, "serve", "thinker", str(model), "--name", NAME]
    address = ["--port", str(port), "--max-model-len", "8192", "--max-pixels", "0"]
    command = [*server, *address, "--", *FLAGS]
    with serving("serve-thinker", command, port, folder, environment=ENVIRONMENT) as running:
        yield running


async def metric(url: str, name: str) -> float:
    """Read one of the server's counters or gauges, summed over its labels."""
    async with httpx2.AsyncClient() as http:
        text = (await http.get(f"{url}/metrics")).text
    values = re.findall(rf"^vllm:{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE)
    if not values:
        raise LookupError(f"vLLM has no metric {name!r}")

    return sum(float(value) for value in values)


async def running(url: str, wanted: int) -> None:
    """Wait until so many requests are being worked on."""
    with anyio.fail_after(60):
        while await metric(url, "num_requests_running") != wanted:  # noqa: ASYNC110 (not ours)
            await anyio.sleep(0.02)
