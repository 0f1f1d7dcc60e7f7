"""Estimate noise and take it away."""

import numpy as np
from PIL import Image

from ..instruments.colour import Bytes
from .guided import fit
from .pixels import bands

_REACH = 2
"""Radius of the guided filter on the half-size view: it averages over about ten pixels."""

_KEPT = 3.5
"""Structures this many times stronger than the noise count as the picture's."""


def noise_level(channel: Bytes) -> float:
    """Estimate the standard deviation of the noise of one channel, (H, W), in levels of 255.

    Immerkær 1996, "Fast noise variance estimation": a mask that is blind to flat and sloping
    tones. The median instead of the mean over the picture keeps textures from counting as noise.
    """
    if min(channel.shape) < 3:
        return 0.0
    values = channel.astype(np.float32)
    rows = values[:-2] - 2 * values[1:-1] + values[2:]
    response = rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:]
    return float(np.median(np.abs(response))) / (0.6745 * 6)


def denoised(image: Image.Image, amount: float) -> Image.Image:
    """Blend an RGB picture with its edge-preserving smoothed self, channel by channel."""
    channels = [_smoothed(channel, amount) for channel in image.split()]
    return Image.merge("RGB", channels)


def _smoothed(channel: Image.Image, amount: float) -> Image.Image:
    level = noise_level(_middle(channel))
    if level == 0:
        return channel
    half = np.asarray(channel.reduce(2) if min(channel.size) > 1 else channel, np.float32)
    # averaging four pixels has already halved the noise of the view
    fitted = fit(half, half, _REACH, _KEPT * level / 2, amount)
    changed = Image.new("L", channel.size)
    for box in bands(channel.size):
        smooth = fitted.smooth(np.asarray(channel.crop(box), np.float32), channel.size, box)
        smooth += np.float32(0.5)
        np.clip(smooth, 0, 255, out=smooth)
        changed.paste(Image.fromarray(smooth.astype(np.uint8)), box)
    return changed


def _middle(channel: Image.Image) -> Bytes:
    """At most 1000 x 1000 pixels from the centre, at full size: reducing would hide the noise."""
    left, top = (max(0, (side - 1000) // 2) for side in channel.size)
    right, bottom = (start + 1000 for start in (left, top))
    return np.asarray(
        channel.crop((left, top, min(right, channel.width), min(bottom, channel.height)))
    )
