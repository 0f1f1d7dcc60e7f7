"""What the answers of fal's queue say: where an edit is waited for, how it ended, its pictures."""

import re
from collections.abc import Mapping
from typing import Any, cast

import httpx2

from ...memory import EditorError

_PATH = re.compile(r"[\w.~%-]+(?:/[\w.~%-]+)+", re.ASCII)  # no colon: never another host
_AT_WORK = frozenset({"IN_QUEUE", "IN_PROGRESS"})


def path_of(queued: Mapping[str, Any], name: str) -> str:
    """Where the edit is fetched, as a path at the queue, whatever host the answer names.

    Raises:
        EditorError: there is none that can be used.
    """
    address: object = queued.get("response_url")
    try:
        url = httpx2.URL(address if isinstance(address, str) else "")
    except httpx2.InvalidURL as error:
        raise EditorError(f"{name} answered with the bad address {address!r}") from error

    path = url.raw_path.decode("ascii").partition("?")[0].strip("/")
    if not _PATH.fullmatch(path):
        raise EditorError(f"{name} queued the edit without saying where it is fetched")

    return path


def ended(status: dict[str, Any], name: str) -> dict[str, Any] | None:
    """Return the status of an edit that has ended, well or not; None: it has not.

    Raises:
        EditorError: a status that the queue should not have.
    """
    said = status.get("status")
    if said in _AT_WORK:
        return None

    if said != "COMPLETED":
        why = status.get("error") or "no explanation"
        raise EditorError(f"{name} ended the edit with the status {said!r}: {why}")

    return status


def pictures_of(
    made: Mapping[str, Any], status: Mapping[str, Any], name: str
) -> list[Mapping[str, Any]]:
    """The pictures of a result, at least one.

    Raises:
        EditorError: there is none, with what the status says about it.
    """
    listed: object = made.get("images") or [made.get("image")]
    found = cast("list[object]", listed) if isinstance(listed, list) else []
    pictures = [cast("Mapping[str, Any]", each) for each in found if isinstance(each, dict)]
    if not pictures:
        why = status.get("error")
        raise EditorError(f"{name} ended without a picture{f': {why}' if why else ''}")

    return pictures


def seconds_of(status: Mapping[str, Any]) -> float:
    """The time that the model took; 0 where the queue does not tell."""
    metrics: object = status.get("metrics")
    told = cast("dict[str, object]", metrics) if isinstance(metrics, dict) else {}
    seconds = told.get("inference_time")
    return max(0.0, float(seconds)) if isinstance(seconds, int | float) else 0.0


def notes_of(made: Mapping[str, Any], pictures: int, seed: int | None) -> tuple[str, ...]:
    """Sentences about what the user should know; `seed` is what was asked for."""
    notes: list[str] = []
    if pictures > 1:
        notes.append(f"{pictures} pictures came back; the first was taken")

    marks: object = made.get("has_nsfw_concepts")
    if isinstance(marks, list) and any(cast("list[object]", marks)[:1]):
        notes.append("the content filter of the service marked the picture")

    used: object = made.get("seed")
    if seed is not None and isinstance(used, int) and used != seed:
        notes.append(f"the service used the seed {used}, not {seed}")

    return tuple(notes)
