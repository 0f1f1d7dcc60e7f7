"""A picture on its way through a recipe."""

from dataclasses import dataclass, replace

from PIL import Image, ImageFilter

from .channels import Channelwise, mapped
from .detail import Detail, detailed
from .effects import Effect, with_effect
from .geometric import Border, PadAspect, Text
from .geometry import Geometry, move
from .lettering import lettered
from .parts import Part, with_part_moved
from .photometric import Blur, Photometric
from .pointwise import Pointwise, developed
from .regions import region_mask
from .steps import Step, place

_OUTSIDE = "#000000"
"""What a mask becomes where the canvas has grown."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """An RGB or RGBA picture, and the mask of the request, mode `L`, of the same size."""

    image: Image.Image
    mask: Image.Image | None = None

    def after(self, step: Step) -> "Canvas":
        """Return the canvas after one step; this one stays as it is.

        Raises:
            InputError: a mask is missing, a size is out of bounds, or the font lacks a letter.
            UnsupportedInstruction: a region is the sky and none was found.
        """
        if isinstance(step, Geometry):
            return self._moved(step)
        if isinstance(step, Text):
            return replace(self, image=lettered(self.image, step))
        return replace(self, image=self._recoloured(step))

    def _moved(self, operation: Geometry) -> "Canvas":
        way = move(operation, self.image)
        colour = operation.colour if isinstance(operation, Border | PadAspect) else _OUTSIDE
        mask = None if self.mask is None else way(self.mask, _OUTSIDE)
        return Canvas(way(self.image, colour), mask)

    def _recoloured(self, step: Photometric | tuple[Pointwise, ...]) -> Image.Image:
        if self.image.mode == "RGB":
            return self._blended(step, self.image, self.image)
        changed = self._blended(step, self.image.convert("RGB"), self.image)
        changed.putalpha(self.image.getchannel("A"))
        return changed

    def _blended(
        self, step: Photometric | tuple[Pointwise, ...], image: Image.Image, whole: Image.Image
    ) -> Image.Image:
        """Carry out a step on the colours of `whole` where its region says."""
        region = place(step[0] if isinstance(step, tuple) else step)
        if region is None:
            return _done(step, image, whole, None)
        mask = region_mask(region, image, self.mask)
        if not isinstance(step, tuple):
            return Image.composite(_done(step, image, whole, mask), image, mask)
        box = mask.getbbox()
        if box is None:
            return image
        part, part_mask, blended = image.crop(box), mask.crop(box), image.copy()
        blended.paste(developed(part, step, part_mask), box, part_mask)
        return blended


def _done(
    step: Photometric | tuple[Pointwise, ...],
    image: Image.Image,
    whole: Image.Image,
    mask: Image.Image | None,
) -> Image.Image:
    if isinstance(step, tuple):
        return developed(image, step, mask)
    if isinstance(step, Blur) and whole.mode == "RGBA":
        return _blurred_by_alpha(whole, step.radius)
    if isinstance(step, Part):
        return with_part_moved(image, step, mask)
    if isinstance(step, Detail):
        return detailed(image, step)
    if isinstance(step, Effect):
        return with_effect(image, step)
    if isinstance(step, Channelwise):
        return mapped(image, step)
    return developed(image, (step,), mask)  # what is left is pointwise: pyright watches it


def _blurred_by_alpha(image: Image.Image, radius: float) -> Image.Image:
    """The colours of transparent pixels must not run into those that are seen."""
    weighted = image.convert("RGBa").filter(ImageFilter.GaussianBlur(radius))
    return weighted.convert("RGBA").convert("RGB")
