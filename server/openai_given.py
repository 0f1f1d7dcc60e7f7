"""What was sent to `/v1/images/edits`, in every spelling that clients use; nothing is judged yet."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from starlette.requests import Request

from .intake import Form, decoded, form_of, json_of
from .refusals import Refused
from .rules import BodyRules

IMAGE_FIELDS = frozenset({"image", "image[]", "url", "url[]", "images"})
"""Fields that hold the source and further pictures."""

MASK_FIELDS = frozenset({"mask", "mask[]", "mask_image"})
"""Fields that hold the mask; in `mask_image` white is painted."""

_IMAGES = ("image", "image[]", "url", "url[]")
_MASKS = ("mask", "mask[]", "mask_image")
_WHITE = "mask_image"
_NAMED = re.compile(r"[a-z][a-z0-9+.-]*:|last(#\d+)?$", re.IGNORECASE)
_SEVERAL = re.compile(r"(image|mask)\[\d+\]|(image)s(?:\[\d*\])?")

Sent = bytes | str
"""A file, or a text that says where the picture is: an address or a handle."""


@dataclass(frozen=True, slots=True)
class Given:
    """Fields and pictures, however they were sent."""

    fields: Mapping[str, object]
    images: Sequence[Sent]
    """The source first."""

    mask: Sent | None = None
    holed: bool = False
    """The mask was sent as OpenAI's `mask`, whose transparent part is to be painted."""

    passed_over: tuple[str, ...] = ()
    """Files that nothing is done with, and fields of pictures that hold words beside the files."""


async def given_of(http: Request, rules: BodyRules) -> Given:
    """Read a request, a form or JSON.

    Raises:
        Refused: 408 or 413 beyond the rules, 415 for another type, 422 where it is broken.
    """
    if http.headers.get("content-type", "").lower().startswith("application/json"):
        return _of_json(await json_of(http, rules))

    return _of_form(_plain(await form_of(http, rules)))


async def data_of(sent: Sent, field: str) -> bytes:
    """Return the bytes of a file or a data URL; nothing is fetched from anywhere.

    Raises:
        Refused: 400 for any other address.
    """
    if isinstance(sent, bytes):
        return sent

    if sent.startswith("data:") and ";base64," in sent[:200]:
        return await decoded(sent, field)

    said = f"{field} must be a file or a data URL: this server fetches no addresses"
    raise Refused(400, "no_fetching", said, field=field)


def _of_form(form: Form) -> Given:
    images: list[Sent] = [
        part.data for name in _IMAGES for part in form.files.get(name, ()) if part.data
    ]
    masks: list[tuple[str, Sent]] = [
        (name, part.data) for name in _MASKS for part in form.files.get(name, ()) if part.data
    ]
    stray = [name for name in form.files if name not in (*_IMAGES, *_MASKS)]
    images += _texts(form, _IMAGES, stray, beside=bool(images))
    masks += [(n, t) for n in _MASKS for t in _texts(form, (n,), stray, beside=bool(masks))]
    name, mask = masks[0] if masks else ("", None)
    return Given(form.first(), images, mask, name != _WHITE, tuple(dict.fromkeys(stray)))


def _plain(form: Form) -> Form:
    """Read `image[0]`, `image[1]`, `images` and `images[]` as `image[]`."""
    return Form(_unnumbered(form.fields), _unnumbered(form.files))


def _unnumbered(named: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name, values in named.items():
        several = _SEVERAL.fullmatch(name)
        plain = f"{several[1] or several[2]}[]" if several else name
        found.setdefault(plain, []).extend(values)
    return found


def _texts(form: Form, names: Iterable[str], stray: list[str], *, beside: bool) -> Iterator[Sent]:
    """Texts in fields of pictures; gateways leave words there `beside` the files they send."""
    for name in names:
        for text in form.fields.get(name, ()):
            if beside and not name.startswith("url") and not _NAMED.match(text):
                stray.append(name)
            elif text:
                yield text


def _of_json(fields: dict[str, Any]) -> Given:
    """The JSON form: `images` holds `{"image_url": …}` or `{"file_id": …}`."""
    given: list[object] = []
    for name in ("images", *_IMAGES):
        value = fields.get(name)
        given += cast("list[object]", value) if isinstance(value, list) else [value]
    images = [_place(each, "image") for each in given if each not in (None, "")]
    masks = [(name, fields[name]) for name in _MASKS if fields.get(name)]
    name, mask = masks[0] if masks else ("", None)
    placed = _place(mask, "mask") if mask is not None else None
    return Given(fields, images, placed, name != _WHITE)


def _place(value: object, field: str) -> str:
    """Where the picture is: a text, `{"image_url": …}`, `{"url": …}` or `{"file_id": …}`."""
    found = value
    for _ in range(2):  # an address may be an object of its own: {"image_url": {"url": …}}
        if isinstance(found, dict):
            inner = cast("dict[str, object]", found)
            names = ("image_url", "url", "file_id")
            found = next((inner[name] for name in names if inner.get(name)), None)
    if isinstance(found, str):
        return found

    said = f'{field} must be a text or an object with "image_url" or "file_id"'
    raise Refused(400, "invalid", said, field=field)
