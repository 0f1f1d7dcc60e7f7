"""Pictures that are as hard to decode and to compress as photographs."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from .measure import ROOT

PHOTOS = ROOT.parent / "shared" / "data" / "photos"
_END = b"\0\0\0\0IEND\xaeB`\x82"
_SEED = 7


def photo(width: int, height: int) -> Image.Image:
    """Four real photographs side by side where there are some, else clouds; with sensor noise."""
    found = sorted(PHOTOS.glob("*.jpg"))[:4]
    image = _tiled(found, (width, height)) if len(found) == 4 else _clouds((width, height))
    return _noisy(image)


def png(width: int, height: int) -> bytes:
    """A photograph as editors return it: PNG with the usual settings."""
    out = BytesIO()
    photo(width, height).save(out, "PNG")
    return out.getvalue()


def jpeg(width: int, height: int) -> bytes:
    """A photograph as a camera writes it."""
    out = BytesIO()
    photo(width, height).save(out, "JPEG", quality=92)
    return out.getvalue()


def numbered(data: bytes, number: int) -> bytes:
    """The same PNG under another hash: a text chunk says which one it is."""
    body = b"tEXtnumber\0" + str(number).encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data.removesuffix(_END) + chunk + _END


def _tiled(files: list[Path], size: tuple[int, int]) -> Image.Image:
    width, height = size[0] // 2, size[1] // 2
    sheet = Image.new("RGB", size)
    for index, file in enumerate(files):
        with Image.open(file) as tile:
            scaled = tile.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        sheet.paste(scaled, (index % 2 * width, index // 2 * height))
    return sheet


def _clouds(size: tuple[int, int]) -> Image.Image:
    """Soft shapes of several sizes."""
    random = np.random.default_rng(_SEED)
    total = np.zeros((size[1], size[0], 3), np.float32)
    for cells in (4, 16, 64, 256):
        coarse = random.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
        layer = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
        total += np.asarray(layer, np.float32) * (2 / cells**0.5 / 2.1)
    return Image.fromarray(np.clip(total, 0, 255).astype(np.uint8))


def _noisy(image: Image.Image) -> Image.Image:
    random = np.random.default_rng(_SEED)
    noise = random.normal(0, 1.5, (image.height, image.width, 1)).astype(np.float32)
    noisy = np.asarray(image, np.float32) + noise
    return Image.fromarray(np.clip(noisy + 0.5, 0, 255).astype(np.uint8))
