"""Lets the torchvision of the package index, which is built for CUDA, work on a torch without CUDA.

Its compiled part cannot be loaded there. So the two operators that it insists on are declared before it
is imported, and pictures are decoded by Pillow. What processors of vision models use of it (transforms)
is plain Python. The environment's interpreters call `activate()` when they start.
"""

import contextlib
import importlib.abc
import importlib.machinery
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

MODES = {"RGB": "RGB", "GRAY": "L", "RGB_ALPHA": "RGBA"}
"""How Pillow calls torchvision's modes of reading."""


def activate() -> None:
    """Watch for the import of torchvision; cheap, and harmless where a real CPU build is found."""
    if "torchvision" not in sys.modules:
        sys.meta_path.insert(0, _Watcher())


class _Watcher(importlib.abc.MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name == "torchvision":
            _declare_operators()
        if name != "torchvision.io.image":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            _patch_when_loaded(spec.loader)
        return spec


def _declare_operators() -> None:
    import torch

    if torch.version.cuda is not None:
        return
    for name in ("nms", "qnms"):  # the two that 0.28 registers without looking
        with contextlib.suppress(RuntimeError):  # declared already, by a real CPU build
            torch.library.define(
                f"torchvision::{name}",
                "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
            )


def _patch_when_loaded(loader: Any) -> None:
    load = loader.exec_module

    def exec_module(module: Any) -> None:
        load(module)
        try:
            module._assert_has_image_ops()
        except RuntimeError:
            module.decode_image = decode_image

    loader.exec_module = exec_module


def decode_image(input: Any, mode: Any = "UNCHANGED", apply_exif_orientation: bool = False) -> Any:
    """Stand in for torchvision.io.decode_image: bytes (as a tensor) or a path to a CHW tensor."""
    import numpy
    import torch
    from PIL import Image, ImageOps

    raw = bytes(input.numpy()) if hasattr(input, "numpy") else Path(input).read_bytes()
    image: Image.Image = Image.open(io.BytesIO(raw))
    if apply_exif_orientation:
        image = ImageOps.exif_transpose(image)
    if wanted := MODES.get(getattr(mode, "name", str(mode)).upper()):
        image = image.convert(wanted)
    pixels = numpy.array(image)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous()
