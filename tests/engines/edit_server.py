"""Starts our own edit server, as `editloop serve editor` does for anybody."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from engines.processes import EDITLOOP, Server, serving
from ports import free_port

ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}


def address(preset: str, model: Path, **options: str | float) -> str:
    """Write the address of a pipeline on the CPU, from a folder."""
    named = {"model": quote(str(model), safe="/"), "device": "cpu", **options}
    return f"diffusers:{preset}?{'&'.join(f'{name}={value}' for name, value in named.items())}"


@contextmanager
def edit_server(editor: str, folder: Path, *more: str) -> Generator[Server]:
    """Serve an editor, given by its address, for as long as the block lasts."""
    port = free_port()
    command = [*EDITLOOP, "serve", "editor", "--editor", editor]
    place = ["--host", "127.0.0.1", "--port", str(port), "--name", "tiny"]
    ready = "/readyz"
    with serving(
        "edit-server", [*command, *place, *more], port, folder, ready=ready, environment=ENVIRONMENT
    ) as running:
        yield running
