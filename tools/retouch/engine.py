"""Carry out a recipe on a picture."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageChops

from ...memory import InputError
from .canvas import Canvas
from .notes import notes_on
from .recipe import Recipe
from .steps import steps

Check = Callable[[], None]
"""Called before every operation; may raise to stop."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A picture after a recipe, and what is worth knowing about it."""

    image: Image.Image
    notes: tuple[str, ...] = ()


def apply(recipe: Recipe, image: Image.Image, *, mask: Image.Image | None = None) -> Image.Image:
    """Return a new picture, of the same mode, after all operations in order; the old one stays.

    The picture is 8-bit RGB or RGBA. `mask` is what every `MaskImage` region stands for: any mode,
    resized to fit, its brightness (times its alpha) the weight; geometric operations carry it along.

    Alpha: photometric operations leave it as it is; crops, turns and resizes move it with its
    pixels; frames, wider canvases and letters are opaque.

    The same recipe, picture and mask give the same bytes with the same versions of numpy and
    Pillow on the same kind of processor.

    Raises:
        InputError: the mode is another, a region needs a mask that is missing, a size is out of
            bounds, or a text has letters that the font lacks.
        UnsupportedInstruction: a region is the sky and none was found.
    """
    return carry_out(recipe, image, mask=mask).image


def carry_out(
    recipe: Recipe,
    image: Image.Image,
    *,
    mask: Image.Image | None = None,
    check: Check = lambda: None,
) -> Applied:
    """`apply`, with notes, and with a way to stop between two operations."""
    if image.mode not in ("RGB", "RGBA"):
        raise InputError(f"a picture of mode {image.mode!r} cannot be retouched: convert it to RGB")
    fitted = None if mask is None else _as_weights(mask, image.size)
    canvas, notes = Canvas(image.copy(), fitted), list[str]()
    for step in steps(recipe):
        check()
        before, canvas = canvas.image, canvas.after(step)
        notes += notes_on(step, before, canvas.image)
    return Applied(canvas.image, tuple(notes))


def _as_weights(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    weights = mask.convert("L")
    if mask.has_transparency_data:
        weights = ImageChops.multiply(weights, mask.convert("RGBA").getchannel("A"))
    return weights if mask.size == size else weights.resize(size, Image.Resampling.BILINEAR)
