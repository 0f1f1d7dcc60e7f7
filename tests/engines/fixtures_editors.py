"""Fixtures for tests with real pipelines; `conftest.py` imports them."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from editloop.tools.diffusers.preset import Preset
from editloop.tools.diffusers.presets import PRESETS

SMALL = 64 * 64
_MODULES = {
    "qwen-image-edit": "diffusers.pipelines.qwenimage.pipeline_qwenimage_edit",
    "qwen-image-edit-plus": "diffusers.pipelines.qwenimage.pipeline_qwenimage_edit_plus",
    "longcat-image-edit": "diffusers.pipelines.longcat_image.pipeline_longcat_image_edit",
}


@pytest.fixture(scope="session")
def checkpoint() -> Callable[[str], Path]:
    """Give the folder of a tiny checkpoint by its name."""
    from engines.tiny import checkpoints

    checkpoints.torch.set_num_threads(1)  # tiny tensors: two threads only wait for each other

    return checkpoints.checkpoint


@pytest.fixture
def small_area(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the pipelines that scale every picture to a megapixel scale it to 64x64 instead."""
    import importlib

    for name in _MODULES.values():
        module: Any = importlib.import_module(name)
        real = module.calculate_dimensions

        def smaller(area: int, ratio: float, real: Any = real) -> Any:
            return real(min(area, SMALL), ratio)

        monkeypatch.setattr(module, "calculate_dimensions", smaller)
    yield
    assert all(name in sys.modules for name in _MODULES.values())


def small(name: str) -> Preset:
    """A preset that works on few pixels, as the pipelines do under `small_area`."""
    preset = PRESETS[name]
    least = 64 if name.startswith("flux2") else 32  # FLUX.2 refuses shorter sides
    size = replace(preset.size, area=SMALL, least=least)
    reads = replace(preset.reads, area=SMALL, least=least) if preset.reads else None
    always = {"_auto_resize": False} if name == "flux-kontext" else {}  # else to a megapixel
    return replace(preset, size=size, reads=reads, always=always)
