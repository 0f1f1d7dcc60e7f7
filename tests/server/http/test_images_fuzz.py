"""No request makes `/v1/images/edits` answer 5xx, and every answer can be read."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio.from_thread
import httpx2
import pytest
from hosting import GOOD, SMALL, thinker
from hypothesis import given, settings
from hypothesis import strategies as st
from images_door import EDITS, Door, images_door
from making import png

from editloop.server.http.images_rules import ImagesRules
from editloop.tools import Abilities, Picture, ScriptedEditor

pytestmark = pytest.mark.slow

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
URL = f"data:image/png;base64,{base64.b64encode(png(7)).decode()}"
PLACES = st.sampled_from(
    [URL, "last", "run:last", "run:x#1", "editloop://image/0", "sha256:", "data:,", "file:/", ""]
)
NUMBERS = st.integers(-2, 12) | st.sampled_from([2**63, 1e308, 0.5, "1e3", "nan", "٣"])
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "model": st.sampled_from(["editloop", "editloop/reference", "gpt-image-2"]),
    "n": NUMBERS,
    "size": st.sampled_from(["auto", "16x12", "32x24", "9x9", "1x1", "x", "99999x99999"]),
    "quality": st.sampled_from(["low", "medium", "high", "auto", "standard", "hd", "xhigh"]),
    "background": st.sampled_from(["auto", "opaque", "transparent"]),
    "output_format": st.sampled_from(["png", "jpeg", "webp", "gif", "auto"]),
    "output_compression": NUMBERS,
    "response_format": st.sampled_from(["b64_json", "url"]),
    "stream": st.sampled_from(["true", "false", "1", True, False]),
    "partial_images": NUMBERS,
    "turns": NUMBERS,
    "semantic": NUMBERS,
    "quality_target": NUMBERS,
    "seconds": NUMBERS,
    "cost": NUMBERS,
    "seed": NUMBERS,
    "session": st.text(max_size=20),
    "user": st.text(max_size=20),
    "mask": PLACES,
    "url": PLACES,
    "image": PLACES,
    "svg": ANYTHING,
}


def _bodies(strange: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A few fields, most of them with values that could be meant."""
    names = st.lists(st.sampled_from([*FIELDS]), max_size=4, unique=True)
    usual = names.flatmap(lambda some: st.fixed_dictionaries({name: FIELDS[name] for name in some}))
    odd = st.dictionaries(st.sampled_from([*FIELDS, "prompt"]), strange, max_size=1)
    return st.builds(_body, usual, odd)


def _body(usual: dict[str, Any], odd: dict[str, Any]) -> dict[str, Any]:
    return {"prompt": "warm", **usual, **odd}


@pytest.fixture(scope="module")
def portal() -> Iterator[anyio.from_thread.BlockingPortal]:
    with anyio.from_thread.start_blocking_portal() as opened:
        yield opened


@pytest.fixture(scope="module")
def door(
    portal: anyio.from_thread.BlockingPortal, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    editor = ScriptedEditor(
        *(Picture(png(shade), "image/png") for shade in range(10, 200, 10)),
        abilities=Abilities(mask=True, references=2),
    )
    opened = images_door(
        folder,
        rules=ImagesRules(urls=True),
        editor=editor,
        thinker=thinker(SMALL, GOOD),
        settings={"turns": 5},
    )
    with portal.wrap_async_context_manager(opened) as made:
        yield made


def _check(answer: httpx2.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.headers["content-type"].startswith("text/event-stream"):
        last = answer.text.rstrip().rpartition("data: ")[2]
        assert json.loads(last)["type"] in ("image_edit.completed", "error")
    elif answer.status_code == 200:
        assert answer.json()["data"]
    else:
        assert answer.json()["error"]["message"]


@settings(max_examples=150, deadline=None)
@given(body=_bodies(ANYTHING))
def test_no_json_makes_a_5xx(
    portal: anyio.from_thread.BlockingPortal, door: Door, body: dict[str, Any]
) -> None:
    images = {"images": [{"image_url": URL}]} if "image" not in body else {}

    async def ask() -> httpx2.Response:
        content = json.dumps({**images, **body})
        return await door.http.post(
            EDITS, content=content, headers={"content-type": "application/json"}
        )

    _check(portal.call(ask))


@settings(max_examples=150, deadline=None)
@given(body=_bodies(st.text(max_size=20)))
def test_no_form_makes_a_5xx(
    portal: anyio.from_thread.BlockingPortal, door: Door, body: dict[str, Any]
) -> None:
    data = {name: f"{value}".encode(errors="surrogatepass") for name, value in body.items()}
    files = [("image[]", ("a.png", png(3))), *((n, (None, v)) for n, v in data.items())]

    async def ask() -> httpx2.Response:
        return await door.http.post(EDITS, files=files)

    _check(portal.call(ask))


@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=300))
def test_no_bytes_make_a_5xx(
    portal: anyio.from_thread.BlockingPortal, door: Door, body: bytes
) -> None:
    async def ask(kind: str) -> httpx2.Response:
        return await door.http.post(EDITS, content=body, headers={"content-type": kind})

    for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain", "image/png"):
        _check(portal.call(ask, kind))
