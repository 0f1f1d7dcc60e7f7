"""What the person who asked should know about a step."""

from PIL import Image

from .geometric import CropAspect, CropBox, PadAspect, Resize, Straighten, Trim
from .steps import Step


def notes_on(step: Step, before: Image.Image, after: Image.Image) -> list[str]:
    """Say what a step took away or added, where that cannot be read from the recipe."""
    match step:
        case CropAspect(ratio=(across, down)):
            return [f"crop {across:g}:{down:g} {_removed(before, after)}"]
        case CropBox():
            return [f"crop {_removed(before, after)}"]
        case Straighten(degrees=degrees):
            return [f"straighten by {degrees:g}° {_removed(before, after)}"]
        case Trim() if before.size == after.size:
            return ["trim found no border of one colour"]
        case Trim():
            return [f"trim {_removed(before, after)}"]
        case Resize() if after.width * after.height > before.width * before.height:
            return [f"resize to {_size(after)} enlarged the picture: no detail was added"]
        case Resize():
            return [f"resize to {_size(after)}"]
        case PadAspect(ratio=(across, down)):
            return [f"pad {across:g}:{down:g} made the canvas {_size(after)}"]
        case _:
            return []


def _size(image: Image.Image) -> str:
    return f"{image.width} x {image.height}"


def _removed(before: Image.Image, after: Image.Image) -> str:
    parts = [
        f"{100 * (1 - new / old):.0f} % of the {side}"
        for side, old, new in (
            ("width", before.width, after.width),
            ("height", before.height, after.height),
        )
        if new < old
    ]
    return f"removed {' and '.join(parts)}" if parts else "removed nothing"
