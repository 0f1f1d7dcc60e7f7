"""What a request to `/v1/images/edits` asks for, in the spellings of OpenAI, vLLM-Omni and SGLang."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anyio import to_thread
from starlette.requests import Request

from ..tools import Picture
from .asked import Asked, read, yes
from .desk import Desk
from .intake import picture_of
from .official import FACES
from .openai_fields import count_of, format_of, ignored
from .openai_given import IMAGE_FIELDS, MASK_FIELDS, data_of, given_of
from .openai_pictures import painted, size_of
from .refusals import Refused

_OURS = {*IMAGE_FIELDS, *MASK_FIELDS, "prompt", "model", "n", "size", "response_format"}
_HARMLESS = {"output_format", "user", "safety_identifier", "stream"}
_MOST = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request, read and checked."""

    asked: Asked
    source: Picture
    references: tuple[Picture, ...]
    mask: Picture | None
    count: int
    format: str
    """`png`, `jpeg`, `webp`, or empty: as the editor made it."""

    digest: bytes
    ignored: tuple[str, ...]
    """Fields that change nothing here."""


async def wanted_of(http: Request, desk: Desk, model: str) -> Wanted:
    """Read a request.

    Raises:
        Refused: 400 for what this server cannot do, 404 for another model, 413, 415 and 422.
    """
    rules = desk.rules
    given = await given_of(http, rules)
    fields = given.fields
    _check(fields, model)
    asked = read(FACES["plain"], fields, desk.settable, defaults=False)
    images = [await data_of(sent, "image") for sent in given.images]
    pictures = [await picture_of(data, "image", rules.pixels) for data in images]
    _check_pictures(desk, pictures, given.mask is not None)
    mask = None
    if given.mask:
        mask = await picture_of(await data_of(given.mask, "mask"), "mask", rules.pixels)
    if mask and given.holed:
        mask = await to_thread.run_sync(painted, mask)
    await _check_size(fields.get("size"), pictures[0])
    known = _OURS | _HARMLESS | {"seed", *FACES["plain"].numbers, *FACES["plain"].texts}
    return Wanted(
        asked=asked,
        source=pictures[0],
        references=tuple(pictures[1:]),
        mask=mask,
        count=count_of(fields.get("n"), _MOST),
        format=format_of(fields.get("output_format")),
        digest=asked.digest(*pictures, mask),
        ignored=ignored(({*fields} - known) | {*given.passed_over}),
    )


def _check(fields: Mapping[str, object], model: str) -> None:
    if fields.get("model") not in (None, "", model):
        said = f"the model {str(fields['model'])[:80]!r} is not here; {model!r} is"
        raise Refused(404, "model_not_found", said, field="model")

    if fields.get("response_format") not in (None, "", "b64_json"):
        said = "response_format must be b64_json: this server keeps no pictures to link to"
        raise Refused(400, "unsupported", said, field="response_format")

    if yes(fields.get("stream")):
        said = "stream must be false: pictures come whole"
        raise Refused(400, "unsupported", said, field="stream")


def _check_pictures(desk: Desk, pictures: Sequence[Picture], masked: bool) -> None:
    abilities = desk.abilities
    if not pictures:
        raise Refused(400, "missing", "image is required: a picture as a file", field="image")

    if len(pictures) - 1 > abilities.references:
        said = f"this editor takes {1 + abilities.references} pictures, not {len(pictures)}"
        raise Refused(400, "too_many", said, field="image")

    if masked and not abilities.mask:
        raise Refused(400, "no_mask", "this editor takes no mask: leave it out", field="mask")

    if desk.face.verb == "fill" and not masked:
        raise Refused(400, "mask_needed", "this editor fills a mask: send one", field="mask")


async def _check_size(size: object, source: Picture) -> None:
    if size in (None, "", "auto"):
        return

    width, height = await to_thread.run_sync(size_of, source)
    if size != f"{width}x{height}":
        said = f"size must be auto or the source's own {width}x{height}: say others in the prompt"
        raise Refused(400, "unsupported", said, field="size")
