"""What a request to `/v1/images/edits` asks for, in the spellings of OpenAI, vLLM-Omni and SGLang."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from anyio import to_thread
from starlette.requests import Request

from ..tools import Picture
from .asked import Asked, read
from .desk import Desk
from .intake import Form, decoded, form_of, json_of, picture_of
from .official import FACES
from .openai_pictures import FORMATS, painted, size_of
from .refusals import Refused
from .rules import ServiceRules

_IMAGES = ("image", "image[]", "url", "url[]")
_MASKS = ("mask", "mask_image")
_OURS = {*_IMAGES, *_MASKS, "images", "prompt", "model", "n", "size", "response_format"}
_HARMLESS = {"output_format", "user", "safety_identifier", "stream"}
_MOST = 4
_MOST_IMAGES = 16


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


@dataclass(frozen=True, slots=True)
class _Given:
    """Fields and pictures, however they were sent."""

    fields: Mapping[str, object]
    images: Sequence[bytes]
    mask: bytes | None
    holed: bool
    """The mask was sent as OpenAI's `mask`, whose transparent part is to be painted."""


async def wanted_of(http: Request, desk: Desk, model: str) -> Wanted:
    """Read a request.

    Raises:
        Refused: 400 for what this server cannot do, 404 for another model, 413, 415 and 422.
    """
    given = await _given(http, desk.rules)
    fields, rules = given.fields, desk.rules
    _check(fields, model)
    asked = read(FACES["plain"], fields, desk.settable, defaults=False)
    pictures = [await picture_of(data, "image", rules.pixels) for data in given.images]
    _check_pictures(desk, pictures, given.mask is not None)
    mask = await picture_of(given.mask, "mask", rules.pixels) if given.mask else None
    if mask and given.holed:
        mask = await to_thread.run_sync(painted, mask)
    await _check_size(fields.get("size"), pictures[0])
    known = _OURS | _HARMLESS | {"seed", *FACES["plain"].numbers, *FACES["plain"].texts}
    return Wanted(
        asked=asked,
        source=pictures[0],
        references=tuple(pictures[1:]),
        mask=mask,
        count=_count(fields.get("n")),
        format=_format(fields.get("output_format")),
        digest=asked.digest(*pictures, mask),
        ignored=tuple(sorted(name for name in fields if name not in known))[:_MOST_IMAGES],
    )


async def _given(http: Request, rules: ServiceRules) -> _Given:
    if http.headers.get("content-type", "").startswith("application/json"):
        return await _of_json(await json_of(http, rules))

    form = await form_of(http, rules)
    images = [part.data for name in _IMAGES for part in form.files.get(name, ())]
    for name in _IMAGES:
        images += [await _of_url(url, name) for url in form.fields.get(name, ())]
    masks = [(name, part) for name in _MASKS for part in form.files.get(name, ())]
    mask = masks[0][1].data if masks else None
    if mask is None and (url := _first(form, *_MASKS)):
        mask = await _of_url(url, "mask")
    return _Given(form.first(), images, mask, bool(masks) and masks[0][0] == "mask")


async def _of_json(fields: dict[str, Any]) -> _Given:
    """The JSON form: `images` holds `{"image_url": …}`; `image` and `url` are taken too."""
    given: list[object] = []
    for name in ("images", *_IMAGES):
        value = fields.get(name)
        given += cast("list[object]", value) if isinstance(value, list) else [value]
    images = [await _of_url(_url(each), "image") for each in given if each is not None]
    masks = [(name, fields[name]) for name in _MASKS if fields.get(name)]
    mask = await _of_url(_url(masks[0][1]), "mask") if masks else None
    return _Given(fields, images, mask, bool(masks) and masks[0][0] == "mask")


def _url(value: object) -> object:
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        found = fields.get("image_url", fields.get("url"))
        return cast("dict[str, object]", found).get("url") if isinstance(found, dict) else found

    return value


async def _of_url(url: object, field: str) -> bytes:
    """Read a data URL; nothing is fetched from anywhere.

    Raises:
        Refused: 400 for any other address.
    """
    if isinstance(url, str) and url.startswith("data:") and ";base64," in url[:200]:
        return await decoded(url, field)

    said = f"{field} must be a file or a data URL: this server fetches no addresses"
    raise Refused(400, "no_fetching", said, field=field)


def _check(fields: Mapping[str, object], model: str) -> None:
    if fields.get("model") not in (None, "", model):
        said = f"the model {str(fields['model'])[:80]!r} is not here; {model!r} is"
        raise Refused(404, "model_not_found", said, field="model")

    if fields.get("response_format") not in (None, "", "b64_json"):
        said = "response_format must be b64_json: this server keeps no pictures to link to"
        raise Refused(400, "unsupported", said, field="response_format")

    if str(fields.get("stream", "")).lower() in ("true", "1"):
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


def _count(value: object) -> int:
    text = "1" if value in (None, "") else str(value)
    if text not in {str(number) for number in range(1, _MOST + 1)}:
        raise Refused(400, "invalid", f"n must be a whole number from 1 to {_MOST}", field="n")

    return int(text)


def _format(value: object) -> str:
    if value in (None, "", "auto"):
        return ""

    if value not in FORMATS:
        said = f"output_format must be one of {', '.join(FORMATS)}"
        raise Refused(400, "unsupported", said, field="output_format")

    return str(value)


def _first(form: Form, *names: str) -> str:
    return next((form.fields[name][0] for name in names if form.fields.get(name)), "")
