"""What can be seen of an edit without knowing what was asked: cheap facts about a returned picture.

A finding is a fact and no verdict: a crop changes the aspect, and an unchanged picture may be right.
The thinker decides what an edit is worth; a finding only keeps a broken answer from passing silently.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from anyio import to_thread

from ..memory import Finding, FindingKind, PictureError
from .editor import Edited, Picture

if TYPE_CHECKING:
    from PIL import Image

    from ..memory.images import Header

_BLOCK = 16  # pixels: what a JPEG loses in colour and detail averages out over a block
_SAME = 2  # levels of 255 by which blocks of the same picture may differ
_ASPECT = 0.02  # relative; rounding to multiples of 16 stays below it at 1,024 pixels
_FLAT = 4  # levels of 255 between the darkest and the lightest sample of one colour
_BLACK = 8  # level up to which a flat picture is black
_DOMINANT, _ORDINARY = 0.85, 0.5  # shares of the pixels that have the most common colour
_THIN = 0.03  # bytes per pixel: photographs take 0.1 and more, even as WebP
_SAMPLE = 96  # pixels on a side: enough to count colours


def findings(source: bytes, edited: bytes, *, pixels: bool = False) -> tuple[Finding, ...]:
    """Hold an edit against its source.

    By headers and bytes: no picture, another size or aspect, the same bytes. A file with next to
    nothing in it is decoded, which costs little then: one colour only, a probable placeholder. With
    `pixels` both are always decoded (about 35 ms per megapixel of PNG), which also shows the same
    picture in another encoding. Blocks: call `seen` on the event loop.

    A source that cannot be read is compared by bytes only.
    """
    from ..memory.images import probe

    try:
        made = probe(edited)
    except PictureError as error:
        return (_finding("not_an_image", f"the answer is not a picture that we can use: {error}"),)

    if source == edited:
        return (_finding("unchanged", "the editor returned the source, byte for byte"),)

    try:
        given = probe(source)
    except PictureError:
        return ()

    found = _of_headers(given, made)
    empty = len(edited) < _THIN * made.width * made.height
    return (*found, *_of_pixels(source, edited)) if pixels or empty else found


def in_pixels(given: "Image.Image", made: "Image.Image") -> tuple[Finding, ...]:
    """As `findings` with `pixels`, of `RGB` images that are decoded already. Blocks."""
    finding = _unchanged(given, made) or _empty(given, made)
    return (finding,) if finding else ()


async def seen(source: Picture, edited: Picture, *, pixels: bool = True) -> tuple[Finding, ...]:
    """Look for findings in a worker thread."""
    return await to_thread.run_sync(
        lambda: findings(source.data, edited.data, pixels=pixels), abandon_on_cancel=True
    )


def noted(edited: Edited, found: tuple[Finding, ...]) -> Edited:
    """Return the edit with these findings beside those that it has."""
    return replace(edited, findings=(*(edited.findings or ()), *found))


def _finding(kind: FindingKind, detail: str) -> Finding:
    return Finding(kind=kind, detail=detail)


def _of_headers(given: "Header", made: "Header") -> tuple[Finding, ...]:
    if (given.width, given.height) == (made.width, made.height):
        return ()

    sizes = f"{given.width}×{given.height} became {made.width}×{made.height}"
    ratio = (made.width / made.height) / (given.width / given.height)
    if abs(ratio - 1) > _ASPECT:
        return (_finding("aspect", f"the aspect changed: {sizes}"),)

    return (_finding("size", f"the size changed: {sizes}"),)


def _of_pixels(source: bytes, edited: bytes) -> tuple[Finding, ...]:
    from ..memory.images import decode

    try:
        made = decode(edited).image.convert("RGB")
    except PictureError as error:
        return (_finding("not_an_image", f"the answer cannot be decoded: {error}"),)

    try:
        given = decode(source).image.convert("RGB")
    except PictureError:
        return ()

    return in_pixels(given, made)


def _unchanged(given: "Image.Image", made: "Image.Image") -> Finding | None:
    """Compare the means of blocks, so that another encoding or size of the source is still it."""
    from PIL import Image, ImageChops

    grid = (max(1, given.width // _BLOCK), max(1, given.height // _BLOCK))
    box = Image.Resampling.BOX
    difference = ImageChops.difference(given.resize(grid, box), made.resize(grid, box))
    if max(high for _, high in _ranges(difference)) > _SAME:
        return None

    same = given.size == made.size
    how = "another encoding" if same else "another size"
    return _finding("unchanged", f"the editor returned the source unchanged but for {how}")


def _empty(given: "Image.Image", made: "Image.Image") -> Finding | None:
    """One colour, or nearly; a source that was so itself is none of the editor's doing."""
    ranges = _ranges(made)
    if all(high - low <= _FLAT for low, high in ranges):
        if max(high for _, high in ranges) <= _BLACK:
            said = "the picture is all black, which is how safety filters blank an edit"
            return _finding("placeholder", said)

        return _finding("blank", "the picture is a single colour")

    share = _dominant(made)
    if share < _DOMINANT or _dominant(given) > _ORDINARY:
        return None

    said = f"one colour fills {share:.0%} of the picture: probably a placeholder"
    return _finding("placeholder", said)


def _ranges(image: "Image.Image") -> tuple[tuple[int, int], ...]:
    """The least and the greatest level of each channel of an RGB picture."""
    channels = [channel.getextrema() for channel in image.split()]
    return tuple((int(low), int(high)) for low, high in channels)  # type: ignore[arg-type]  # one band each


def _dominant(image: "Image.Image") -> float:
    """The share of the most common colour, in 16 levels per channel."""
    from PIL import Image

    small = image.resize((_SAMPLE, _SAMPLE), Image.Resampling.NEAREST)
    coarse = small.point([level & 0xF0 for level in range(256)] * 3)
    counted = coarse.getcolors(_SAMPLE * _SAMPLE) or []
    return max(count for count, _ in counted) / (_SAMPLE * _SAMPLE)
