"""Pictures that came with a request to `/v1/images/edits`: named or sent, kept, and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from anyio import to_thread

from ...memory import ImageRef
from ...tools import Abilities, Picture
from ..host import Host
from ..intake import decoded
from ..openai_given import Given, Sent
from ..openai_pictures import painted
from ..pictures import Pictures
from ..pictures.handles import OfRun, parsed
from ..principals import Principal
from ..refusals import Refused
from .images_asked import EditsAsked

_MOST = 16
_SAME_SHAPE = 0.03  # how far two aspect ratios may differ and still be one picture, resampled
_HANDLE = re.compile(r"(https|editloop|run|sha256):|last(#\d+)?$")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Taken:
    """The pictures of a request; the store holds them."""

    source: ImageRef
    references: tuple[ImageRef, ...] = ()
    mask: ImageRef | None = None
    origin: Mapping[str, str] = field(default_factory=dict[str, str])
    """Labels that say which run the source is of: `parent`, `parent_turn` and its `session`."""


class Intake:
    """Takes pictures in."""

    def __init__(self, host: Host, pictures: Pictures, pixels: int) -> None:
        """`pixels` is how many a picture of an answer may have."""
        self._host, self._pictures, self._pixels = host, pictures, pixels

    async def taken(self, given: Given, asked: EditsAsked, who: Principal) -> Taken:
        """Keep the pictures of a request.

        Raises:
            Refused: 400 for what the editor does not take, or a size that the source cannot have.
            EditloopError: a picture that is refused, a handle that means nothing.
        """
        _check(given, self._host.agent.editor.abilities)
        origin = await self._origin(given.images[0], who)
        images = [await self._kept(sent, "image", who) for sent in given.images]
        mask = await self._mask(given, images[0], who) if given.mask is not None else None
        self._check_size(asked, images[0])
        if asked.background == "transparent":
            await self._check_alpha(images[0])
        return Taken(images[0], tuple(images[1:]), mask, origin)

    async def _kept(self, sent: Sent, field: str, who: Principal) -> ImageRef:
        if isinstance(sent, str) and _HASH.fullmatch(sent):
            sent = f"sha256:{sent}"
        if isinstance(sent, str) and _HANDLE.match(sent):
            return await self._pictures.resolve(sent, who)

        if isinstance(sent, str) and not sent.startswith("data:"):
            said = f"{field} must be a file, a data URL or a handle such as editloop://image/…"
            raise Refused(400, "invalid", said, field=field)

        data = sent if isinstance(sent, bytes) else await decoded(sent, field)
        return await self._pictures.put(data, who)

    async def _origin(self, source: Sent, who: Principal) -> dict[str, str]:
        """Which run a handle goes on from; nothing for a picture that is of none."""
        if isinstance(source, bytes) or not _HANDLE.match(source):
            return {}

        match parsed(source):
            case OfRun(name, turn):
                run = await self._host.run(name, who)
                number = run.answer if turn is None else turn
                session = {n: v for n, v in run.task.labels.items() if n == "session"}
                return session | {"parent": run.id, "parent_turn": f"{number}"}
            case _:
                return {}

    async def _mask(self, given: Given, source: ImageRef, who: Principal) -> ImageRef:
        """Keep the mask with white where the editor may paint, whatever marked it."""
        assert given.mask is not None
        mask = await self._kept(given.mask, "mask", who)
        if (mask.width, mask.height) != (source.width, source.height):
            said = (
                f"mask has {mask.width}x{mask.height} pixels, the picture {source.width}x"
                f"{source.height}: make them the same"
            )
            raise Refused(400, "invalid", said, field="mask")

        if not given.holed:
            return mask

        images = self._host.agent.images
        picture = Picture(await images.get(mask), mask.media_type)
        white = await to_thread.run_sync(painted, picture)
        return mask if white is picture else await self._pictures.put(white.data, who)

    def _check_size(self, asked: EditsAsked, source: ImageRef) -> None:
        if asked.sides is None:
            return

        width, height = asked.sides
        if width * height > self._pixels:
            said = f"size: {self._pixels:,} pixels at most"
            raise Refused(400, "unsupported", said, field="size")

        if not same_shape(asked.sides, (source.width, source.height)):
            fits = max(1, round(width * source.height / source.width))
            said = (
                f"size {width}x{height} has another shape than the picture, {source.width}x"
                f"{source.height}: say auto or {width}x{fits}, and ask for a crop in the prompt"
            )
            raise Refused(400, "unsupported", said, field="size")

    async def _check_alpha(self, source: ImageRef) -> None:
        from ...memory.images import probe

        data = await self._host.agent.images.get(source)
        header = await to_thread.run_sync(probe, data)
        if not header.alpha:
            said = (
                "background: this picture has no transparency and nothing here cuts one out; "
                "say auto"
            )
            raise Refused(400, "unsupported", said, field="background")


def same_shape(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two sizes are those of one picture, resampled."""
    return abs(one[0] * other[1] / (one[1] * other[0]) - 1) <= _SAME_SHAPE


def _check(given: Given, abilities: Abilities) -> None:
    """Refuse what the editor does not take before anything is kept."""
    if not given.images:
        said = "image is required: a picture as a file, or in JSON images with image_url or file_id"
        raise Refused(400, "missing", said, field="image")

    most = min(_MOST, 1 + abilities.references)
    if len(given.images) > most:
        said = f"the editor here takes {most} picture{'s' * (most > 1)}, not {len(given.images)}"
        raise Refused(400, "too_many", said, field="image")

    if given.mask is not None and not abilities.mask:
        said = "the editor here takes no mask: leave it out, and say where in the prompt"
        raise Refused(400, "no_mask", said, field="mask")
