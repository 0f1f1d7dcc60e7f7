"""Getting the official template: from its public repository or from a file, verified either way.

It is not part of editloop, because its repository names no licence; the user fetches a copy.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

import anyio
import anyio.to_thread
import httpx2

from ...memory import SettingsError, StoreReadOnly, ThinkerError
from .template import OFFICIAL_SHA256, official_path

OFFICIAL_URL = (
    "https://raw.githubusercontent.com/appletea233/EditThinker/"
    "803d1a7980de11db8f39c84cd27f954bd9745d5a/inference/prompt_template.txt"
)
_MOST = 2**18  # bytes; the file has a few thousand
_SECONDS = 30.0
_BY_HAND = "editloop thinker template fetch --file PATH"


async def fetch(
    *, url: str = OFFICIAL_URL, to: Path | None = None, sha256: str = OFFICIAL_SHA256
) -> Path:
    """Download the template, verify it, store it, and return where it is now.

    `url` may be a mirror: what it serves is held against the same `sha256`. `to` is the place, by
    default `official_path()`.

    Raises:
        ThinkerError: it cannot be downloaded, or is not the official file; nothing is stored.
        StoreReadOnly: it cannot be written.
    """
    try:
        with anyio.fail_after(_SECONDS):
            data = await _downloaded(url)
    except TimeoutError as error:
        raise _unreached(url, f"no answer within {_SECONDS:g} s") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise _unreached(url, str(error) or type(error).__name__) from error

    if problem := _other(data, sha256):
        raise ThinkerError(f"{url} {problem}")

    return await anyio.to_thread.run_sync(_written, to or official_path(), data)


async def take(file: Path, *, to: Path | None = None, sha256: str = OFFICIAL_SHA256) -> Path:
    """Verify and store a copy that the user downloaded, and return where it is now.

    Raises:
        SettingsError: it cannot be read, or is not the official file; nothing is stored.
        StoreReadOnly: it cannot be written.
    """
    return await anyio.to_thread.run_sync(_taken, file, to or official_path(), sha256)


def _taken(file: Path, to: Path, sha256: str) -> Path:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror or error}") from error

    if problem := _other(data, sha256):
        raise SettingsError(f"{file} {problem}; to use it all the same, name it as the template")

    return _written(to, data)


def _other(data: bytes, sha256: str) -> str:
    """What is to say of a file that is not the official one; empty where it is."""
    digest = hashlib.sha256(data).hexdigest()
    if digest == sha256:
        return ""

    return (
        f"is not the official template (its SHA-256 begins {digest[:12]}, not {sha256[:12]}): "
        "nothing was stored"
    )


async def _downloaded(url: str) -> bytes:
    async with (
        httpx2.AsyncClient(timeout=httpx2.Timeout(None, connect=10.0)) as http,
        http.stream("GET", url) as response,
    ):
        if response.status_code != 200:
            raise _unreached(url, f"it answered {response.status_code}")

        data = b""
        async for piece in response.aiter_bytes():
            data += piece
            if len(data) > _MOST:
                raise _unreached(url, f"it sent more than {_MOST:,} bytes")

    return data


def _unreached(url: str, why: str) -> ThinkerError:
    return ThinkerError(
        f"the template cannot be downloaded from {url} ({why}); nothing was stored: download it "
        f"where there is a network, then run '{_BY_HAND}'"
    )


def _written(path: Path, data: bytes) -> Path:
    """Write the whole file or nothing under its name."""
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(data)
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise StoreReadOnly(
            f"the template cannot be stored as {path}: {error.strerror or error}"
        ) from error

    return path
