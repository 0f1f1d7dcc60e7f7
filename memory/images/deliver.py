"""The file that the user gets: their format, their colours' tag, the metadata that is harmless."""

from dataclasses import dataclass
from typing import Literal

from PIL import Image

from . import exif as exifs
from .decode import decode
from .encode import Style, encode_as
from .found import Found
from .header import Header, examined, judged, probe
from .limits import DEFAULT_LIMITS, Limits
from .media import suffix_of
from .splice import SPLICES
from .splice_jpeg import MAX_JPEG_EXIF
from .views import flattened

ExifPolicy = Literal["safe", "keep", "strip"]

_SAME_SHAPE = 0.03  # how far two aspect ratios may differ and still be one picture, resampled
_OURS = Limits(bytes=1 << 40)  # a file that we wrote may be heavier than one that we take
_NOT_SRGB = frozenset({"gamut", "cmyk", "profile", "hdr"})


@dataclass(frozen=True, slots=True)
class Delivery:
    """An encoded picture for the user, and what they should know about it."""

    data: bytes
    media_type: str
    degraded: tuple[str, ...]
    """What source and edit had and this file has not, in the words of `Header.degraded`, and
    `alpha` or `palette` where the format cost them."""

    notes: tuple[str, ...]
    """Sentences for a person."""


@dataclass(frozen=True, slots=True)
class _Seen:
    data: bytes
    header: Header
    found: Found


def deliver(
    edited: bytes,
    *,
    like: bytes | None,
    media_type: str | None,
    exif: ExifPolicy = "safe",
    quality: int = 95,
    match_size: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Delivery:
    """Turn an edit into the file for the user: `media_type`, else the format of `like`.

    When the edit already has the format, is upright and in sRGB, its pixels are not touched:
    it passes through byte for byte, or with other metadata spliced in (JPEG, PNG, WebP).
    Otherwise it is encoded once, from 8-bit sRGB, and tagged as sRGB; an untagged edit that needs
    no change stays untagged, which means sRGB everywhere.

    EXIF comes from `like`, or from the edit where there is no `like`. `safe` keeps author,
    copyright, camera, exposure and time; it leaves out place, thumbnail and serial numbers, and
    the edit's own XMP, comments and text. `keep` keeps all, `strip` nothing. Orientation is never
    written: the pixels are upright. `match_size` resamples the edit to the size of `like` unless
    its shape differs by more than 3 %. Blocks: call it in a worker thread.

    Raises:
        PictureError: one of the files is refused or cannot be decoded, or the format is not
            written.
    """
    own = _look(edited, limits)
    source = _look(like, limits) if like is not None else None
    target = media_type or (source or own).header.media_type
    suffix_of(target)
    notes: list[str] = []
    block = _exif(exif, source or own, target, notes)
    size = _wanted_size(own, source, notes) if match_size else None
    if target == own.header.media_type and size is None and _is_plain(own):
        data = _dressed(own, block, exif, notes)
        if data is not None:
            return _delivery(data, target, own, source, notes)
    data = _encoded(own, target, size, block, _style(source or own, target, quality), limits, notes)
    return _delivery(data, target, own, source, notes)


def _look(data: bytes, limits: Limits) -> _Seen:
    media_type, found = examined(data, limits)
    return _Seen(data, judged(media_type, found), found)


def _is_plain(own: _Seen) -> bool:
    return own.header.orientation == 1 and not _NOT_SRGB & set(own.header.degraded)


def _exif(policy: ExifPolicy, giver: _Seen, target: str, notes: list[str]) -> bytes | None:
    block = giver.found.exif
    if block is None or policy == "strip":
        return None

    if target == "image/gif":
        notes.append("GIF holds no EXIF; it was left out")
        return None
    read = exifs.read(block)
    if target == "image/tiff" and read and read.photo:
        notes.append("of the EXIF a TIFF keeps author, copyright, camera and date")
    if policy == "keep" and (target != "image/jpeg" or len(block) <= MAX_JPEG_EXIF):
        return exifs.upright(block)
    if policy == "keep":
        notes.append("the EXIF is too large for JPEG; only its harmless part was kept")
    if read and read.gps:
        notes.append("the place (GPS) was left out of the metadata")
    return exifs.safe(block)


def _wanted_size(own: _Seen, source: _Seen | None, notes: list[str]) -> tuple[int, int] | None:
    if source is None:
        return None

    (w, h), (to_w, to_h) = ((s.header.width, s.header.height) for s in (own, source))
    if (w, h) == (to_w, to_h):
        return None
    if abs(w * to_h / (h * to_w) - 1) > _SAME_SHAPE:
        notes.append(f"kept {w}x{h}: its shape is not that of the source, {to_w}x{to_h}")
        return None
    notes.append(f"resampled from {w}x{h} to the size of the source, {to_w}x{to_h}")
    return to_w, to_h


def _dressed(own: _Seen, block: bytes | None, policy: ExifPolicy, notes: list[str]) -> bytes | None:
    """The same pixels with the wanted metadata; None where that needs another encoding."""
    keeps = policy == "keep"
    if block == own.found.exif and (keeps or not own.found.private):
        return own.data

    splice = SPLICES.get(own.header.media_type)
    if splice is None:
        return None
    if not keeps and own.found.private and own.found.exif is None:
        notes.append("text or a thumbnail inside the edited file was left out")
    return splice(own.data, block, keeps)


def _style(giver: _Seen, target: str, quality: int) -> Style:
    same = giver.header.media_type == target
    return Style(
        quality=quality,
        full_chroma=giver.found.full_chroma if same or target == "image/jpeg" else True,
        lossless=giver.found.lossless and same,
    )


def _encoded(
    own: _Seen,
    target: str,
    size: tuple[int, int] | None,
    block: bytes | None,
    style: Style,
    limits: Limits,
    notes: list[str],
) -> bytes:
    image = decode(own.data, limits).image
    if size is not None:
        image = image.resize(size, Image.Resampling.LANCZOS)
    if target == "image/jpeg" and image.mode == "RGBA":
        notes.append("JPEG holds no transparency; it was laid over white")
        image = flattened(image)
    if target == "image/gif":
        notes.append("GIF holds 256 colours; ask for PNG to keep them all")
    splice = SPLICES.get(target)
    if splice is None:
        return encode_as(image, target, style, exif=block)
    return splice(encode_as(image, target, style), block, False)


def _delivery(
    data: bytes,
    target: str,
    own: _Seen,
    source: _Seen | None,
    notes: list[str],
) -> Delivery:
    """Compare what came in with what goes out."""
    out = probe(data, _OURS)
    had = [*(source.header.degraded if source else ()), *own.header.degraded]
    lost = [name for name in had if name not in out.degraded]
    if own.header.alpha and target == "image/jpeg":
        lost.append("alpha")
    if data is not own.data and target == "image/gif":
        lost.append("palette")
    return Delivery(data, target, tuple(dict.fromkeys(lost)), tuple(notes))
