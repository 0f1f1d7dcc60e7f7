"""Pictures that are meant to do harm: refused, and the next picture is taken."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from bombs import (
    REFUSED,
    encoded,
    jpeg_of_many_scans,
    png_that_inflates_to_100_megabytes,
)
from hosting import hosted
from making import png

from editloop.memory import PictureError
from editloop.server.pictures import Pictures, Reach
from editloop.server.pictures.quarantine import Quarantine
from editloop.server.principals import Principal

pytestmark = pytest.mark.anyio

ANN = Principal(name="ann")
FORMATS = {"AVIF", "GIF", "JPEG", "PNG", "TIFF", "WEBP"}
EXAMINED = """
import json, sys
from editloop.memory.images import DEFAULT_LIMITS
from editloop.server.examiner import examine
examine(sys.stdin.buffer, sys.stdout.buffer, DEFAULT_LIMITS, 1e6)
from PIL import Image
print(json.dumps(sorted(Image.OPEN)))
"""


class _Taken(Exception):
    """A picture that should have been refused."""


async def test_bombs_and_cut_files_and_other_formats_are_refused(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        pictures = Pictures(host, Reach())
        for name, make in REFUSED.items():
            with pytest.raises(PictureError):
                raise _Taken(name, await pictures.put(make(), ANN))
        assert await pictures.put(png(90), ANN)
        kept = await host.agent.images.all()
    assert len(kept) == 1


async def test_a_picture_that_would_take_minutes_is_given_up(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        pictures = Pictures(host, Reach(), quarantine=Quarantine(seconds=3))
        with pytest.raises(PictureError, match="within 3 s"):
            await pictures.put(jpeg_of_many_scans(), ANN)
        assert await pictures.put(png(90), ANN)


async def test_what_follows_the_last_row_is_not_inflated(tmp_path: Path) -> None:
    """100 MB after a kilobyte of pixels: with 400 MB for everything there would be no room."""
    async with hosted(tmp_path) as host:
        confined = Quarantine(memory=400_000_000, seconds=10)
        image = await Pictures(host, Reach(), quarantine=confined).put(
            png_that_inflates_to_100_megabytes(), ANN
        )
    assert (image.width, image.height) == (32, 32)


def test_no_decoder_is_loaded_but_those_of_the_formats_that_are_taken() -> None:
    """Pillow knows forty formats, of which one calls Ghostscript."""
    taken = [encoded((8, 8), form) for form in sorted(FORMATS)]
    pictures = [*taken, *(make() for make in REFUSED.values())]
    said = b"".join(len(data).to_bytes(8) + data for data in pictures)
    ran = subprocess.run(
        [sys.executable, "-c", EXAMINED], input=said, capture_output=True, check=True
    )
    *answers, loaded = [json.loads(line) for line in ran.stdout.splitlines()]
    assert set(loaded) == FORMATS
    assert len(answers) == len(pictures) + 1
    assert answers[: len(taken) + 1] == [{}] * (len(taken) + 1)
