"""The presets as they are, on a large photograph: everything at one megapixel, in a single step."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from making import png
from PIL import Image

from editloop.tools import EditRequest, Picture
from editloop.tools.diffusers import DiffusersEditor

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("flux-kontext", (1248, 832)),
        ("qwen-image-edit", (1248, 832)),
        ("instruct-pix2pix", (624, 416)),
    ],
)
async def test_a_large_photograph_is_edited_at_the_size_of_the_model(
    name: str, size: tuple[int, int], checkpoint: Callable[[str], Path]
) -> None:
    source = Picture(png(120, (6000, 4000)), "image/png")
    model = str(checkpoint(name))
    async with DiffusersEditor(name, model=model, device="cpu", steps=1) as editor:
        edited = await editor.edit(EditRequest(source, "make the sky orange"))
    with Image.open(io.BytesIO(edited.picture.data)) as image:
        assert image.size == size
    assert "size" in {found.kind for found in edited.findings or ()}
