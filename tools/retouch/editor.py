"""The embedded editor behind the `Editor` protocol."""

import time
from collections.abc import Callable
from hashlib import sha256

import anyio
from anyio import to_thread
from anyio.from_thread import check_cancelled
from anyio.lowlevel import RunVar

from ...memory import InputError
from ..editor import Abilities, Edited, EditRequest, Picture
from .english import read
from .photometric import Photometric
from .recipe import Operation, Recipe
from .region import Both, MaskImage, Region

_AT_ONCE = 2
"""Pictures that are worked on at the same time, unless the constructor says otherwise: a picture of
12 million pixels takes a few hundred megabytes."""

_limiter: RunVar[anyio.CapacityLimiter] = RunVar("editloop.retouch.limiter")


class Retouch:
    """Carries out parametric photo operations, from plain English or from a recipe as JSON text.

    The answer is encoded without loss, unless a store would not take it then. With a mask in the request, every photometric operation
    stays inside of it.
    """

    def __init__(self, *, limiter: anyio.CapacityLimiter | None = None) -> None:
        self._own_limiter = limiter

    @property
    def name(self) -> str:
        """What reports and spans call it."""
        return "retouch"

    @property
    def abilities(self) -> Abilities:
        """What it can do."""
        return Abilities(
            mask=True, seed=True, keeps_size=True, edit_on_edit=True, instruction="photometric"
        )

    async def edit(self, request: EditRequest) -> Edited:
        """Read the instruction and carry it out.

        Text that starts with `{` is a recipe, everything else plain English.

        Raises:
            UnsupportedInstruction: a clause is beyond this editor, or there is no sky to change.
            InputError: the recipe is not valid, or needs a mask that is missing.
            PictureError: the source or the mask cannot be read.
        """
        return await self._in_thread(lambda: _edited(_understood(request.instruction), request))

    async def cook(
        self, recipe: Recipe, picture: Picture, *, mask: Picture | None = None
    ) -> Edited:
        """Carry out a recipe; as `edit`, for callers that have one already."""
        request = EditRequest(source=picture, instruction="", mask=mask)
        return await self._in_thread(lambda: _edited(recipe, request))

    async def _in_thread(self, work: Callable[[], Edited]) -> Edited:
        return await to_thread.run_sync(work, limiter=self._own_limiter or _shared_limiter())


def _shared_limiter() -> anyio.CapacityLimiter:
    """One per event loop: a limiter must not be shared between loops."""
    try:
        return _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(_AT_ONCE)
        _limiter.set(limiter)
        return limiter


def _understood(instruction: str) -> Recipe:
    if instruction.lstrip().startswith("{"):
        return Recipe.from_json(instruction)
    return read(instruction)


def _edited(recipe: Recipe, request: EditRequest) -> Edited:
    """Decode, carry out, encode: everything that takes a processor, in one thread."""
    from ...memory.images import DEFAULT_LIMITS, decode, encode_within
    from .engine import carry_out

    start = time.perf_counter()
    _check_masks(recipe, request.mask)
    image = decode(request.source.data).image
    mask = None if request.mask is None else decode(request.mask.data).image
    if mask is not None:
        recipe = confined(recipe)
    applied = carry_out(recipe, image, mask=mask, check=check_cancelled)
    check_cancelled()
    data, media_type, note = encode_within(applied.image, DEFAULT_LIMITS.bytes)
    seconds = time.perf_counter() - start
    notes = (*applied.notes, note) if note else applied.notes
    return Edited(Picture(data, media_type), seconds=seconds, notes=notes)


def confined(recipe: Recipe) -> Recipe:
    """The same recipe, with every photometric operation inside of the request's mask."""
    return Recipe(operations=tuple(_inside_mask(each) for each in recipe.operations))


def _inside_mask(operation: Operation) -> Operation:
    if not isinstance(operation, Photometric) or any(_masks(operation.region)):
        return operation
    mask = MaskImage(feather=0)
    region = mask if operation.region is None else Both(parts=(operation.region, mask))
    return operation.model_copy(update={"region": region})


def _masks(region: Region | None) -> list[MaskImage]:
    if isinstance(region, Both):
        return [mask for part in region.parts for mask in _masks(part)]
    return [region] if isinstance(region, MaskImage) else []


def _check_masks(recipe: Recipe, given: Picture | None) -> None:
    """Refuse a recipe that names a mask picture which is not the one that came along."""
    name = None if given is None else sha256(given.data).hexdigest()
    for operation in recipe.operations:
        region = operation.region if isinstance(operation, Photometric) else None
        for mask in _masks(region):
            if mask.sha256 is not None and mask.sha256 != name:
                raise InputError(
                    f"the recipe acts inside the picture {mask.sha256[:12]}, which is not the mask "
                    "of this request: send that picture as the mask"
                )
