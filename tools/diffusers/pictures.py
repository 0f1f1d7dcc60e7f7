"""Pictures on their way into a pipeline and out of it. Everything here blocks: call it in a thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ...memory import EditorError, EditorRejected
from ..editor import EditRequest, Picture
from .preset import Preset
from .sizes import Size, SizeRule

if TYPE_CHECKING:
    from PIL import Image

_OPEN = 128  # the level from which a mask lets the pipeline paint


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request as a pipeline wants it."""

    source: "Image.Image"
    """RGB, upright, of the size that the pipeline reads."""

    references: tuple["Image.Image", ...]
    mask: "Image.Image | None"
    """Black and white, of the size that is painted."""

    size: Size
    """What is painted."""

    given: Size
    """The size of the source, upright."""

    notes: tuple[str, ...]


def prepared(request: EditRequest, preset: Preset, size: SizeRule) -> Prepared:
    """Decode and scale what came with a request.

    Raises:
        PictureError: a picture cannot be decoded, or is too long and narrow.
        EditorRejected: the mask has another size than the source, or allows nothing.
    """
    reads = preset.reads or size
    notes: list[str] = []
    source, given = _rgb(request.source, reads, notes)
    references = tuple(_rgb(each, reads, notes)[0] for each in request.references)
    painted = size.fit(given)
    mask = _mask(request.mask, given, painted) if request.mask else None
    return Prepared(source, references, mask, painted, given, tuple(dict.fromkeys(notes)))


def finished(image: "Image.Image", prepared: Prepared, *, as_source: bool) -> tuple[Picture, str]:
    """Encode an answer without loss; return it and a note on its size, if there is one to make."""
    from PIL import Image

    from ...memory.images import encode_lossless

    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGB")

    note = ""
    if prepared.mask is not None and image.size == prepared.source.size:
        # the model's own round trip moves every pixel; what the mask protects is the source's
        image = Image.composite(image.convert("RGB"), prepared.source, prepared.mask)
    if as_source and image.size != prepared.given:
        note = f"resampled from {_text(image.size)} to the size of the source"
        image = image.resize(prepared.given, Image.Resampling.LANCZOS)
    data, media_type = encode_lossless(image)
    return Picture(data, media_type), note


def only_pictures(images: object, count: int, name: str) -> "Sequence[Image.Image]":
    """Check that a pipeline gave one picture for each request.

    Raises:
        EditorError: it gave another number, or no pictures.
    """
    from PIL import Image

    listed = cast("list[object]", images) if isinstance(images, list) else []
    found = [each for each in listed if isinstance(each, Image.Image)]
    if len(found) != count or len(found) != len(listed):
        raise EditorError(
            f"{name} gave {len(found)} pictures for {count} requests: set batch=1, or use another "
            "pipeline"
        )

    return found


def _rgb(picture: Picture, rule: SizeRule, notes: list[str]) -> "tuple[Image.Image, Size]":
    """Decode, flatten and scale; also the size that the picture had."""
    from PIL import Image

    from ...memory.images import DEFAULT_LIMITS, probe
    from ...memory.images.decode import decode_small
    from ...memory.images.views import flattened

    header = probe(picture.data)
    given = (header.width, header.height)
    fitted = rule.fit(given)
    image = decode_small(picture.data, DEFAULT_LIMITS, max(fitted)).image
    if image.mode == "RGBA":
        notes.append("transparency was laid over white")
        image = flattened(image)
    if image.size != fitted:
        image = image.resize(fitted, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return image, given


def _mask(mask: Picture, given: Size, painted: Size) -> "Image.Image":
    from PIL import Image

    from ...memory.images import decode
    from ...memory.images.views import flattened

    image = flattened(decode(mask.data).image).convert("L")
    if image.size != given:
        raise EditorRejected(
            f"the mask is {_text(image.size)} and the source {_text(given)}: send one of its size"
        )

    image = image.resize(painted, Image.Resampling.BILINEAR)
    image = image.point([255 if level >= _OPEN else 0 for level in range(256)])
    if not image.getbbox():
        raise EditorRejected("the mask is black all over: paint white where the editor may paint")

    return image


def _text(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
