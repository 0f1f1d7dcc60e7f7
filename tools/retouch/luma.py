"""Change the luma of a picture and keep its colours."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from ..instruments.colour import Floats
from .pixels import bands

Delta = Callable[[tuple[int, int, int, int]], Floats]
"""The wanted change of luma, in levels of 255, (H, W), in one box of the picture."""


_NEAREST = np.float32(0.3)
"""How near a pixel may come to black or white: this part of its distance stays, so that detail does
not clip."""


def with_luma_moved(image: Image.Image, delta: Delta) -> Image.Image:
    """Add to the luma of an RGB picture.

    A pixel is darkened by scaling it towards black and lightened by mixing it with white. Both
    reach the wanted luma, keep the hue, and cannot clip a channel.
    """
    changed = Image.new("RGB", image.size)
    for box in bands(image.size):
        part = image.crop(box)
        luma = np.asarray(part.convert("L"), np.float32)
        lowest, highest = _NEAREST * luma, 255 - _NEAREST * (255 - luma)
        target = np.clip(luma + delta(box), lowest, highest)
        lighten = np.clip((target - luma) / np.maximum(255 - luma, 1), 0, 1)
        darken = np.minimum(target / np.maximum(luma, 1), 1)
        # pixels x darken, then + (255 - that) x lighten, in one multiplication and one addition
        scale = darken * (1 - lighten)
        pixels = np.asarray(part, np.float32) * scale[..., None]
        pixels += (255 * lighten)[..., None]
        np.rint(pixels, out=pixels)
        changed.paste(Image.fromarray(pixels.astype(np.uint8)), box)
    return changed
