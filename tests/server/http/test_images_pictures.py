"""Pictures of `/v1/images/edits`: how they come in, and as what they go out."""

import base64
import io
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hosting import GOOD, thinker
from images_door import EDITS, Door, images_door
from making import png
from PIL import Image

from editloop.memory.store import RunFilter
from editloop.server.http.images_rules import ImagesRules
from editloop.server.pictures import Reach
from editloop.server.principals import LOCAL
from editloop.tools import Abilities, Picture, ScriptedEditor

pytestmark = pytest.mark.anyio

DATA_URL = f"data:image/png;base64,{base64.b64encode(png(7)).decode()}"
NAMED = ("a.png", png(200), "image/png")


def _editor(made: bytes = png(10), kind: str = "image/png", **more: Any) -> ScriptedEditor:
    return ScriptedEditor(Picture(made, kind), **more)


def _written(kind: str, size: tuple[int, int] = (16, 12), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (9, 99, 9, 128)[: len(mode)]).save(out, kind)
    return out.getvalue()


async def _asked(door: Door, **fields: str) -> httpx2.Response:
    return await door.http.post(EDITS, files={"image": NAMED}, data={"prompt": "x", **fields})


async def _made(door: Door, **fields: str) -> tuple[bytes, dict[str, Any]]:
    answer = await _asked(door, **fields)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return base64.b64decode(said["data"][0]["b64_json"]), said


@pytest.mark.parametrize(
    "images",
    [
        {"images": [{"image_url": DATA_URL}]},
        {"images": [{"image_url": {"url": DATA_URL}}]},
        {"images": [{"file_id": DATA_URL}]},
        {"image": DATA_URL},
        {"image": [DATA_URL]},
        {"image[]": [DATA_URL]},
    ],
)
async def test_the_json_form_is_taken(tmp_path: Path, images: dict[str, Any]) -> None:
    editor = _editor()
    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:
        answer = await door.http.post(EDITS, json={"prompt": "x", "n": 1, "seed": None, **images})
    assert answer.status_code == 200, answer.text
    assert editor.requests[0].source.data == png(7)


@pytest.mark.parametrize(
    "name", ["image", "image[]", "image[0]", "images", "images[]", "images[3]"]
)
async def test_pictures_of_a_form_have_many_names(tmp_path: Path, name: str) -> None:
    async with images_door(tmp_path, thinker=thinker(GOOD)) as door:
        answer = await door.http.post(EDITS, files={name: ("a.png", png(1))}, data={"prompt": "x"})
        run = await door.host.run("last", LOCAL)
        assert await door.host.agent.images.get(run.task.source) == png(1)
    assert answer.status_code == 200, answer.text
    assert "x-editloop-ignored" not in answer.headers


@pytest.mark.parametrize("form", [True, False])
async def test_handles_stand_for_pictures_that_are_here_already(tmp_path: Path, form: bool) -> None:
    editor = ScriptedEditor(*(Picture(png(shade), "image/png") for shade in (10, 20, 30, 40, 50)))
    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:
        [first] = (await _made(door))[1]["editloop"]["runs"]
        sha256 = first["image"].rpartition("/")[2]
        handles = ["last", first["handle"], f"{first['handle']}#0", first["image"], sha256]
        for handle in handles:
            body = {"prompt": "x", "images": [{"file_id": handle}]}
            multipart = {"files": {"x": NAMED}, "data": {"prompt": "x", "image": handle}}
            asked: dict[str, Any] = multipart if form else {"json": body}
            answer = await door.http.post(EDITS, **asked)
            assert answer.status_code == 200, answer.text
    given = [request.source.data for request in editor.requests[1:]]
    assert given == [png(10), png(10), png(200), png(10), png(10)]


async def test_a_run_says_which_run_it_goes_on_from(tmp_path: Path) -> None:
    async with images_door(tmp_path, editor=_editor(), thinker=thinker(GOOD)) as door:
        await _made(door, session="s1")
        first = await door.host.run("last", LOCAL)
        for handle in ("last", f"run:{first.id}#0"):
            body = {"prompt": "less", "images": [{"file_id": handle}]}
            assert (await door.http.post(EDITS, json=body)).status_code == 200
        lines = await door.host.runs(LOCAL, RunFilter())
        labels = [(await door.host.run(line.id, LOCAL)).task.labels for line in lines]
    last, then, alone = labels
    assert (then["parent"], then["parent_turn"], then["session"]) == (first.id, "1", "s1")
    assert (last["parent"], last["parent_turn"]) == (first.id, "0")
    assert "parent" not in alone


async def test_a_mask_may_be_a_handle_and_one_called_mask_image_is_white_where_painted(
    tmp_path: Path,
) -> None:
    editor = _editor(abilities=Abilities(mask=True))
    holed = _written("PNG", mode="RGBA")
    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:
        images = {"images": [{"image_url": DATA_URL}]}
        url = f"data:image/png;base64,{base64.b64encode(holed).decode()}"
        for mask in ({"mask": {"image_url": url}}, {"mask_image": url}):
            answer = await door.http.post(EDITS, json={"prompt": "x", **images, **mask})
            assert answer.status_code == 200, answer.text
    one, other = (request.mask for request in editor.requests)
    assert one
    assert Image.open(io.BytesIO(one.data)).convert("L").getextrema() == (127, 127)
    assert other
    assert other.data == holed


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.png",
        "https://example.org/a.png",
        "file:///etc/passwd",
        "/etc/passwd",
        "~/a.png",
        "data:x,abc",
        "data:image/png;base64,####",
    ],
)
async def test_nothing_else_is_opened_or_fetched(tmp_path: Path, url: str) -> None:
    reach = Reach(roots=(Path("/"),))  # as a door of this machine may have
    async with images_door(tmp_path, reach=reach) as door:
        body = {"prompt": "x", "images": [{"image_url": url}]}
        as_json = await door.http.post(EDITS, json=body)
        form = await door.http.post(EDITS, files={"x": NAMED}, data={"prompt": "x", "url": url})
    for answer in (as_json, form):
        assert answer.status_code in (400, 403), answer.text
        assert answer.json()["error"]["param"] == "image"


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
async def test_the_editors_bytes_go_out_as_they_are(tmp_path: Path, kind: str) -> None:
    made = _written(kind)
    editor = _editor(made, f"image/{kind}")
    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:
        plain, said = await _made(door, output_format="auto")
        asked, _ = await _made(door, output_format=kind, size="16x12", background="opaque")
    assert plain == asked == made
    assert said["output_format"] == kind


@pytest.mark.parametrize(
    ("kind", "fields"), [("tiff", {"output_format": "auto"}), ("tiff", {}), ("webp", {})]
)
async def test_png_goes_out_as_clients_expect_where_nothing_else_was_asked_for(
    tmp_path: Path, kind: str, fields: dict[str, str]
) -> None:
    editor = _editor(_written(kind), f"image/{kind}")
    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:
        made, said = await _made(door, **fields)
        run = await door.host.run("last", LOCAL)
    assert (Image.open(io.BytesIO(made)).format, said["output_format"]) == ("PNG", "png")
    assert run.best
    assert run.best.edited
    assert run.best.edited.media_type == f"image/{kind}"  # on record as received


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
async def test_compression_is_the_quality_of_lossy_formats(
    tmp_path: Path, kind: str, photos: list[Path]
) -> None:
    editor = _editor(photos[0].read_bytes(), "image/jpeg")
    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:
        low, _ = await _made(door, output_format=kind, output_compression="10")
        high, _ = await _made(door, output_format=kind, output_compression="95")
    assert len(low) * 2 < len(high)
    assert Image.open(io.BytesIO(low)).format == kind.upper()


async def test_another_size_of_the_same_shape_is_resampled_and_said_so(tmp_path: Path) -> None:
    async with images_door(tmp_path, editor=_editor(), thinker=thinker(GOOD)) as door:
        made, said = await _made(door, size="32x24")
    assert Image.open(io.BytesIO(made)).size == (32, 24)
    assert said["size"] == "32x24"
    assert said["editloop"]["notes"] == ["resampled from 16x12 to 32x24"]


async def test_an_edit_of_another_shape_is_kept_whole(tmp_path: Path) -> None:
    square = _editor(png(10, (12, 12)))
    async with images_door(tmp_path, editor=square, thinker=thinker(GOOD)) as door:
        made, said = await _made(door, size="32x24")
    assert Image.open(io.BytesIO(made)).size == (12, 12)
    assert said["size"] == "12x12"
    assert said["editloop"]["notes"] == ["kept 12x12: the edit has another shape than 32x24"]


async def test_a_size_of_another_shape_is_refused_with_one_that_fits(tmp_path: Path) -> None:
    async with images_door(tmp_path) as door:
        answer = await _asked(door, size="1024x1024")
    assert answer.status_code == 400
    assert "say auto or 1024x768" in answer.json()["error"]["message"]


async def test_transparency_is_kept_laid_over_white_or_asked_for_in_vain(tmp_path: Path) -> None:
    clear = _written("PNG", mode="RGBA")
    editor = _editor(clear)
    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:
        kept, said = await _made(door)
        flat, flat_said = await _made(door, background="opaque")
        jpeg, _ = await _made(door, output_format="jpeg")
        files = {"image": ("a.png", clear)}
        data = {"prompt": "x", "background": "transparent"}
        has_alpha = await door.http.post(EDITS, files=files, data=data)
        has_none = await _asked(door, background="transparent")
    assert (kept, said["background"]) == (clear, "transparent")
    assert (Image.open(io.BytesIO(flat)).mode, flat_said["background"]) == ("RGB", "opaque")
    assert Image.open(io.BytesIO(jpeg)).getpixel((5, 5)) == pytest.approx((132, 177, 132), abs=3)
    assert has_alpha.status_code == 200
    assert has_none.json()["error"]["param"] == "background"


async def test_an_edit_that_lost_its_transparency_says_so(tmp_path: Path) -> None:
    files = {"image": ("a.png", _written("PNG", mode="RGBA"))}
    data = {"prompt": "x", "background": "transparent"}
    async with images_door(tmp_path, editor=_editor(), thinker=thinker(GOOD)) as door:
        said = (await door.http.post(EDITS, files=files, data=data)).json()
    assert said["background"] == "opaque"
    assert said["editloop"]["notes"] == ["the edit has no transparency"]


async def test_an_address_is_given_where_the_server_gives_them(tmp_path: Path) -> None:
    rules = ImagesRules(urls=True)
    async with images_door(tmp_path, rules=rules, editor=_editor(), thinker=thinker(GOOD)) as door:
        answer = await _asked(door, response_format="url")
        [made] = answer.json()["data"]
        run = await door.host.run("last", LOCAL)
        sha256 = made["url"].rpartition("/")[2]
        held = await door.host.agent.images.get(sha256)
    assert run.best
    assert run.best.edited
    assert made["url"] == f"{door.url}/v1/blobs/{run.best.edited.sha256}"
    assert held == png(10)
    assert "b64_json" not in made
    assert made["revised_prompt"] == "x"
