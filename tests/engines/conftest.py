"""Real engines for the tests: models from disk, and servers that run as long as the session."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from engines.edit_server import address, edit_server
from engines.fixtures_editors import checkpoint, small_area
from engines.tiny import cache
from engines.vllm_server import served_thinker, vllm

__all__ = ["checkpoint", "small_area"]  # fixtures of the editors' tests

HERE = Path(__file__).parent
ENGINES = r"(torch|diffusers|transformers|accelerate|peft|huggingface_hub|ray)(\.|$)"


def pytest_configure(config: pytest.Config) -> None:
    # Warnings are errors, except those that engines raise about themselves.
    config.addinivalue_line("filterwarnings", f"ignore:::{ENGINES}")


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where servers write what they print."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def tiny_thinker() -> Path:
    """A checkpoint of Qwen3-VL that was trained to judge our pictures."""
    return cache.model("thinker")


@pytest.fixture(scope="session")
def untrained_thinker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same architecture with random weights."""
    from engines.tiny import thinker

    torch: Any = import_module("torch")
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("untrained")
    thinker.untrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_editor() -> Path:
    """A checkpoint of InstructPix2Pix that was trained to recolour shapes."""
    return cache.model("editor")


@pytest.fixture(scope="session")
def tiny_template() -> Path:
    """The text that the trained thinker was trained with."""
    return HERE / "tiny" / "template.txt"


@pytest.fixture(scope="session")
def vllm_url(tiny_thinker: Path, logs: Path) -> Iterator[str]:
    """Real vLLM, serving the trained thinker."""
    with vllm(tiny_thinker, logs) as server:
        yield server.url


@pytest.fixture(scope="module")
def untrained_url(untrained_thinker: Path, logs: Path) -> Iterator[str]:
    """`editloop serve thinker` with the untrained one, which talks until it is cut off."""
    with served_thinker(untrained_thinker, logs) as server:
        yield server.url


@pytest.fixture(scope="session")
def editor_urls(tiny_editor: Path, logs: Path) -> Iterator[tuple[str, str]]:
    """Two edit servers of ours, each with the trained editor."""
    editor = address("instruct-pix2pix", tiny_editor, **cache.EDITING)
    with edit_server(editor, logs) as one, edit_server(editor, logs) as two:
        yield one.url, two.url
