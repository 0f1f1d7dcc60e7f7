"""Five operations on a picture of 12 million pixels: seconds of one core, and the peak of memory.

    python benchmarks/retouch_12mp.py

The picture is synthetic, with the noise of a camera. The ratio compares with a bare Pillow pass in
the same process that decodes, maps every channel through a table and encodes again.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: one core is what is promised

import resource
import sys
import time
from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image

from editloop.tools.retouch.engine import apply
from editloop.tools.retouch.recipe import Recipe

SIZE = (4000, 3000)
RECIPES = {
    "five over the whole picture": """{"operations": [
        {"op": "exposure", "stops": 0.3}, {"op": "contrast", "amount": 15},
        {"op": "saturation", "amount": 10}, {"op": "temperature", "amount": 8},
        {"op": "hue_band", "hue": "blue", "saturation": 20}]}""",
    "light, parts, detail, shape": """{"operations": [
        {"op": "brightness", "amount": 10}, {"op": "shadows", "amount": 20},
        {"op": "temperature", "amount": 8}, {"op": "crop_aspect", "ratio": [4, 5]},
        {"op": "sharpen", "amount": 40}]}""",
    "two regions and a vignette": """{"operations": [
        {"op": "brightness", "amount": 15, "region": {"shape": "position", "name": "top half"}},
        {"op": "saturation", "amount": 20, "region": {"shape": "position", "name": "top half"}},
        {"op": "contrast", "amount": 15, "region": {"shape": "hue", "hue": "orange"}},
        {"op": "vignette", "amount": 20}, {"op": "border", "width": 0.02}]}""",
    "clarity and denoise": """{"operations": [
        {"op": "denoise", "amount": 50}, {"op": "clarity", "amount": 20},
        {"op": "contrast", "amount": 10}, {"op": "vibrance", "amount": 20},
        {"op": "resize", "long_side": 2048}]}""",
}


def main() -> None:
    """Print a line per recipe."""
    photo = _photo()
    encoded = BytesIO()
    photo.save(encoded, "JPEG", quality=92)
    bare = _seconds(lambda: _bare(encoded.getvalue()))
    print(f"bare Pillow pass: {bare:.2f} s of CPU, peak {_peak():.0f} MB")
    for name, text in RECIPES.items():
        recipe = Recipe.from_json(text)
        spent = _seconds(lambda recipe=recipe: apply(recipe, photo))
        print(f"{name}: {spent:.2f} s of CPU, {spent / bare:.1f} x bare, peak {_peak():.0f} MB")


def _photo() -> Image.Image:
    """Smooth forms in a few hues, and noise with a standard deviation of two levels: about as many
    different colours as a photograph of this size has."""
    generator = np.random.Generator(np.random.Philox(1))
    light = generator.integers(10, 240, (24, 32, 1)).astype(np.int16)
    hues = np.repeat(np.repeat(generator.integers(-40, 41, (3, 4, 3)), 8, axis=0), 8, axis=1)
    coarse = np.clip(light + hues, 0, 255).astype(np.uint8)
    smooth = Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC)
    noise = generator.standard_normal((SIZE[1], SIZE[0], 3), dtype=np.float32) * 2
    return Image.fromarray(np.clip(np.asarray(smooth) + noise, 0, 255).astype(np.uint8))


def _bare(data: bytes) -> bytes:
    image = Image.open(BytesIO(data)).convert("RGB").point([255 - v for v in range(256)] * 3)
    encoded = BytesIO()
    image.save(encoded, "JPEG", quality=92)
    return encoded.getvalue()


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _peak() -> float:
    """Highest resident memory of this process so far, in MB."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1024 if sys.platform != "darwin" else 1024 * 1024)


if __name__ == "__main__":
    main()
