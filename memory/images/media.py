"""Media types and the file names that ask for them."""

from pathlib import PurePath

from ..errors import PictureError

_SUFFIXES = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/gif": (".gif",),
    "image/tiff": (".tiff", ".tif"),
    "image/avif": (".avif",),
}
_TYPES = {suffix: media_type for media_type, all_ in _SUFFIXES.items() for suffix in all_}


def suffix_of(media_type: str) -> str:
    """Return the usual end of a file name: `.jpg` for `image/jpeg`.

    Raises:
        PictureError: a format that is not written here.
    """
    if media_type not in _SUFFIXES:
        raise PictureError(f"{media_type!r} is not written: ask for one of {', '.join(_SUFFIXES)}")

    return _SUFFIXES[media_type][0]


def media_type_of_path(path: str | PurePath) -> str:
    """Return what the user asks for by the name of an output file, upper or lower case.

    Raises:
        PictureError: the name ends in nothing known.
    """
    suffix = PurePath(path).suffix.lower()
    if suffix not in _TYPES:
        raise PictureError(
            f"{str(path)!r} does not say what to write: end it in one of {', '.join(sorted(_TYPES))}"
        )
    return _TYPES[suffix]
