"""What a file is, from its content and never from its name."""

from ..errors import PictureError

_TAKEN = "JPEG, PNG, WebP, GIF, TIFF or AVIF"
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"})
_AVIF = frozenset({b"avif", b"avis"})
_OTHERS = (
    (b"BM", "a BMP picture"),
    (b"\0\0\1\0", "an icon (ICO)"),
    (b"\0\0\2\0", "a cursor (CUR)"),
    (b"8BPS", "a Photoshop document (PSD)"),
    (b"%!PS", "an EPS or PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "an EPS file"),
    (b"%PDF", "a PDF"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"qoif", "a QOI picture"),
    (b"SIMPLE  =", "a FITS picture"),
    (b"PK\3\4", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip file"),
)
_MARKUP = (b"<svg", b"<html", b"<!doctype", b"<script", b"<?php", b"<iframe", b"<body")
_HEAD = 1024  # as far as browsers and PDF readers look for a beginning
_END_OF_ZIP = b"PK\5\6"
_ZIP_TAIL = 22


def media_type_of(data: bytes) -> str:
    """Return the media type of a format that is taken.

    Raises:
        PictureError: any other file, or one that is a second thing at the same time.
    """
    kind = _kind(data)
    if kind is None:
        raise PictureError(f"{_named(data)}: convert it to {_TAKEN}")

    if second := _second_face(data):
        raise PictureError(
            f"the picture is {second} at the same time: open it in an editor and save it again"
        )
    return kind


def _kind(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "image/tiff"
    return _box_kind(data) if data[4:8] == b"ftyp" else None


def _box_kind(data: bytes) -> str | None:
    """Tell AVIF from HEIC by all brands: the first may be the common `mif1`."""
    length = min(int.from_bytes(data[:4]), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, length, 4))}
    if brands & _AVIF:
        return "image/avif"
    if brands & _HEIC or data[8:12] in (b"mif1", b"msf1"):
        raise PictureError(
            "this is a HEIC photo, which is not taken: export it as JPEG (on an iPhone: Settings, "
            "Camera, Formats, Most Compatible) or convert it to PNG"
        )
    return None


def _named(data: bytes) -> str:
    for magic, name in _OTHERS:
        if data.startswith(magic):
            return f"this is {name}, which is not taken"

    head = data[:_HEAD].lower()
    if b"<svg" in head:
        return "this is an SVG drawing, which is not taken"
    if any(tag in head for tag in _MARKUP):
        return "this is a web page and no picture"
    if data[4:8] == b"ftyp":
        return "this is a video, which is not taken"
    return "this is no picture that is known here"


def _second_face(data: bytes) -> str | None:
    head = data[:_HEAD].lower()
    if b"%pdf-" in head:
        return "a PDF"
    if any(tag in head for tag in _MARKUP):
        return "a web page or a script"
    end = data.rfind(_END_OF_ZIP, max(0, len(data) - 65_536 - _ZIP_TAIL))
    if end >= 0 and end + _ZIP_TAIL + int.from_bytes(data[end + 20 : end + 22], "little") == len(
        data
    ):
        return "a ZIP archive"
    return None
