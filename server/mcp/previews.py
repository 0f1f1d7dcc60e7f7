"""Pictures that are small enough for an answer: measured, not assumed.

A photograph of 768 pixels takes a third of what the same size takes for noise, so no size is safe
by itself. The steps go down until one fits; views are kept by the image store, so that measuring
costs once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from math import ceil

from anyio import to_thread
from PIL import Image

from ...memory import EditloopError, ImageRef
from ...memory.images import LocalImages, View, views
from .rules import ANSWER_CHARS, PREVIEW_CHARS

PREVIEW = ((768, 80), (768, 60), (640, 60), (512, 60), (384, 60), (256, 60), (128, 50), (64, 40))
"""Long sides in pixels and JPEG qualities, from fine to coarse."""

LARGE = ((4096, 90), (3072, 90), (2048, 90), (2048, 80), (1536, 80), (1024, 80), *PREVIEW)
"""The same where a picture is read for itself."""

_AROUND = 20_000
"""Characters of an answer that are not the picture's."""

BLOB_CHARS = ANSWER_CHARS - _AROUND

_WIDE, _GAP, _PAPER = 768, 8, (128, 128, 128)
_SHEET_QUALITIES = (80, 60, 40, 20)
_HOPELESS = 2.0  # a guess from the step before, by area and quality, is off by less than that


def chars(size: int) -> int:
    """How many characters bytes take in base64."""
    return 4 * ceil(size / 3)


async def fitting(
    images: LocalImages,
    image: ImageRef | str,
    *,
    most: int = PREVIEW_CHARS,
    steps: Sequence[tuple[int, int]] = PREVIEW,
) -> View | None:
    """Return the finest view whose base64 has at most so many characters; None if none has.

    A JPEG that is small in pixels and heavy in bytes is its own view at every larger size, which is
    why the steps end far below what a person would choose.

    Raises:
        PictureError: the picture cannot be decoded.
        StoreError: it is missing or damaged.
    """
    longest = max(image.width, image.height) if isinstance(image, ImageRef) else steps[0][0]
    expected = 0.0
    for side, quality in steps:
        side = min(side, longest)
        if expected * side * side * quality > _HOPELESS * most:
            continue  # each try decodes the picture, which for a large one takes seconds
        view = await images.view(image, long_side=side, quality=quality)
        found = chars(len(view.data))
        if found <= most:
            return view
        expected = found / (side * side * quality)

    return None


@dataclass(frozen=True, slots=True)
class Whole:
    """A picture for a reader: its own bytes, or a view where these are too many."""

    data: bytes
    media_type: str
    note: str = ""
    """What the reader should know, when it is a view."""


async def whole(images: LocalImages, image: ImageRef, *, most: int = BLOB_CHARS) -> Whole | None:
    """Return the bytes of a picture, or its largest view that fits; None if none does.

    Raises:
        PictureError: the picture cannot be decoded.
        StoreError: it is missing or damaged.
    """
    if chars(image.size) <= most:
        return Whole(await images.get(image), image.media_type)

    view = await fitting(images, image, most=most, steps=LARGE)
    if view is None:
        return None

    said = f"{image.width}x{image.height}, {image.size:,} bytes of {image.media_type}"
    note = f"a smaller JPEG: the picture itself ({said}) is too large for one message"
    return Whole(view.data, view.media_type, note)


Shown = ImageRef | str | bytes
"""A picture that is kept, or the bytes of one that is not."""


async def sheet(images: LocalImages, of: Iterable[Shown], *, columns: int) -> View | None:
    """Return one JPEG of at most 768 pixels in width, with pictures in rows of so many; None when
    there are none.

    Clients and models make wider ones smaller, and some refuse to go on with them. A picture that cannot be shown leaves its cell empty, so that the order holds.
    """
    cell = (_WIDE + _GAP) // columns - _GAP
    cells = [await _small(images, image, cell) for image in of]
    if not cells:
        return None

    return await to_thread.run_sync(_drawn, cells, min(columns, len(cells)), cell)


async def _small(images: LocalImages, image: Shown, side: int) -> bytes | None:
    try:
        if isinstance(image, bytes):
            make = partial(views.make, image, images.limits, long_side=side, quality=80)
            return await to_thread.run_sync(make)
        return (await images.view(image, long_side=side, quality=80)).data
    except EditloopError:
        return None


def _drawn(cells: list[bytes | None], columns: int, cell: int) -> View | None:
    rows, step = ceil(len(cells) / columns), cell + _GAP
    paper = Image.new("RGB", (columns * step - _GAP, rows * step - _GAP), _PAPER)
    for place, data in enumerate(cells):
        if data is None:
            continue
        with Image.open(BytesIO(data)) as image:
            left, top = (place % columns) * step, (place // columns) * step
            middle = ((cell - image.width) // 2, (cell - image.height) // 2)
            paper.paste(image.convert("RGB"), (left + middle[0], top + middle[1]))
    return _encoded(paper)


def _encoded(paper: Image.Image) -> View | None:
    for quality in _SHEET_QUALITIES:
        out = BytesIO()
        paper.save(out, "JPEG", quality=quality)
        if chars(len(out.getvalue())) <= PREVIEW_CHARS:
            return View(out.getvalue(), "image/jpeg")
    return None
