"""Starts vLLM-Omni from its own environment, on the platform that environments/omni_platform.py adds."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from engines.processes import Server, serving
from ports import free_port

PYTHON = Path(__file__).resolve().parents[2] / ".engines-omni" / "bin" / "python"
NAME = "tiny"
"""What the served model is called."""

ENVIRONMENT = {"VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
NATIVE = ("--enforce-eager",)
"""For models that vLLM-Omni has code of its own for."""

ADAPTED = ("--diffusion-load-format", "diffusers")
"""For any other pipeline of diffusers."""


@contextmanager
def vllm_omni(model: Path, folder: Path, *more: str) -> Generator[Server]:
    """Serve a pipeline by vLLM-Omni for as long as the block lasts."""
    port = free_port()
    server = [PYTHON, PYTHON.parent / "vllm", "serve", str(model), "--omni"]
    address = ["--host", "127.0.0.1", "--port", str(port)]
    command = [*server, *address, "--served-model-name", NAME, "--dtype", "float32", *more]
    with serving("vllm-omni", command, port, folder, environment=ENVIRONMENT) as running:
        yield running
