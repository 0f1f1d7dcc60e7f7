"""Answers with pictures inside: base64 needs no escapes, so it is spliced in as bytes."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .intake import written


async def spliced(
    head: Mapping[str, Any], data: Iterable[tuple[bytes | None, Mapping[str, Any]]]
) -> bytes:
    """Write an answer: its `head`, and under `data` every picture with what is said beside it."""
    parts = [_open(head), b',"data":[' if head else b'"data":[']
    for number, (picture, beside) in enumerate(data):
        parts += [b"," if number else b"", await pictured(picture, beside)]
    return b"".join([*parts, b"]}"])


async def pictured(picture: bytes | None, beside: Mapping[str, Any]) -> bytes:
    """Write one object that holds a picture as `b64_json`, or none where it is elsewhere."""
    if picture is None:
        return _written(beside)

    comma = b"," if beside else b""
    return b"".join([_open(beside), comma, b'"b64_json":"', await written(picture), b'"}'])


def _open(fields: Mapping[str, Any]) -> bytes:
    return _written(fields)[:-1]


def _written(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode()
