"""What a chat model sees of pictures: small JPEGs, made when a request is."""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from anyio import to_thread
from pydantic_ai import BinaryImage

from ...memory import PictureError, StoreError
from .handles import Seen

if TYPE_CHECKING:
    from ...memory.images import LocalImages

_GAP = 8  # pixels of white between two pictures
_QUALITIES = (85, 70, 50)


@dataclass(frozen=True, slots=True)
class Previews:
    """Makes previews of at most `side` pixels a side, and of at most `most` bytes where JPEG can."""

    images: "LocalImages"
    side: int = 768
    most: int = 192_000

    @property
    def view(self) -> tuple[int, int]:
        """The long side and the quality of most previews."""
        return self.side, _QUALITIES[0]

    async def of(self, seen: Seen) -> BinaryImage | None:
        """Show one picture; None when it is no longer kept."""
        data = await self._jpeg(seen, self.side)
        return _image(data, seen.handle) if data else None

    async def pair(self, before: Seen, after: Seen) -> BinaryImage | None:
        """Show two pictures side by side, both in the room of one."""
        sides = [await self._jpeg(seen, (self.side - _GAP) // 2) for seen in (before, after)]
        left, right = sides
        if not left or not right:
            return None
        data = await to_thread.run_sync(_beside, left, right)
        return _image(data, f"{before.handle} | {after.handle}")

    async def whole(self, seen: Seen) -> BinaryImage | None:
        """Return the picture itself; None when it is no longer kept."""
        try:
            data = await self.images.get(seen.ref)
        except StoreError:
            return None
        return BinaryImage(data=data, media_type=seen.ref.media_type, identifier=seen.handle)

    async def _jpeg(self, seen: Seen, side: int) -> bytes | None:
        """The view that fits, of lower quality where a picture is all noise."""
        data = None
        try:
            for quality in _QUALITIES:
                data = (await self.images.view(seen.ref, long_side=side, quality=quality)).data
                if len(data) <= self.most:
                    break
        except (StoreError, PictureError):
            return None
        return data


def _image(data: bytes, name: str) -> BinaryImage:
    return BinaryImage(data=data, media_type="image/jpeg", identifier=name)


def _beside(left: bytes, right: bytes) -> bytes:
    from PIL import Image

    pictures = [Image.open(BytesIO(data)).convert("RGB") for data in (left, right)]
    width = sum(each.width for each in pictures) + _GAP
    paper = Image.new("RGB", (width, max(each.height for each in pictures)), "white")
    paper.paste(pictures[0], (0, 0))
    paper.paste(pictures[1], (pictures[0].width + _GAP, 0))
    out = BytesIO()
    paper.save(out, "JPEG", quality=_QUALITIES[0])
    return out.getvalue()
