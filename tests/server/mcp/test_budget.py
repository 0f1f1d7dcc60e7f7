"""No answer is longer than clients bear, whatever the picture."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hosting import GOOD, thinker
from making import critique, fixed
from mcp.client import Client
from mcp_doors import facts, house, image, length, noise
from PIL import Image

from editloop.server.pictures import Reach
from editloop.tools import EditRequest, Picture, ScriptedEditor
from editloop.tools.editor import Edited

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

MOST = 900_000
PREVIEW = 256 * 1024
TEXT = 20_000  # characters; Claude Code shows its model 25,000 tokens, the picture among them


def photo_like(side: int) -> bytes:
    out = io.BytesIO()
    base = Image.radial_gradient("L").resize((side, side))
    Image.merge("RGB", (base, base.rotate(90), base.rotate(180))).save(out, "JPEG", quality=95)
    return out.getvalue()


def long_strip() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((8000, 40), 120).convert("RGB").save(out, "PNG")
    return out.getvalue()


def see_through(side: int) -> bytes:
    out = io.BytesIO()
    picture = Image.open(io.BytesIO(noise(side))).convert("RGBA")
    picture.putalpha(Image.effect_noise((side, side), 120))
    picture.save(out, "WEBP", lossless=True)
    return out.getvalue()


def heavy_png() -> bytes:
    """More than 20 MB."""
    data = noise(2700, compress_level=0)
    assert len(data) > 20_000_000
    return data


PICTURES: dict[str, Callable[[], bytes]] = {
    "4000 px of noise as JPEG": lambda: noise(4000, "JPEG", quality=95),
    "20 MB of PNG": heavy_png,
    "a photograph": lambda: photo_like(3000),
    "a strip": long_strip,
    "transparent noise": lambda: see_through(900),
    "small noise": lambda: noise(300),
}


class Same(ScriptedEditor):
    """Gives the source back: what comes out is as heavy as what went in."""

    async def edit(self, request: EditRequest) -> Edited:
        return Edited(Picture(request.source.data, request.source.media_type))


@pytest.mark.parametrize("name", PICTURES)
async def test_no_answer_about_a_picture_is_too_long(tmp_path: Path, name: str) -> None:
    data = PICTURES[name]()
    async with (
        house(
            tmp_path,
            editor=Same(),
            thinker=thinker(*[GOOD] * 9),
            reach=Reach(roots=(tmp_path,), inbox=tmp_path / "pictures"),
        ) as at,
        Client(at.server) as client,
    ):
        edit = {"image": at.photo("it.bin", data), "instruction": "make it warm"}
        edited = await client.call_tool("edit_image", edit)
        run = facts(edited)["run"]
        base = f"editloop://run/{run}"
        answers: list[Any] = [
            edited,
            await client.call_tool("get_run", {"run_id": run}),
            await client.call_tool("compare_runs", {"run_ids": [run] * 6}),
            await client.call_tool("list_images", {"limit": 30}),
            await client.read_resource(base),
            await client.read_resource(f"{base}/final"),
            await client.read_resource(f"{base}/turn/0/image"),
            await client.read_resource(f"editloop://image/{facts(edited)['output']['sha256']}"),
        ]
    shown = image(edited)
    assert shown is not None
    assert len(shown.data) <= PREVIEW
    assert [length(each) for each in answers if length(each) > MOST] == []


async def test_no_answer_with_endless_words_is_too_long(tmp_path: Path) -> None:
    words = [critique(5 + n / 20, 5, f"{n} " + "語" * 50_000) for n in range(40)]
    async with (
        house(tmp_path, thinker=thinker(*words), rules=fixed(40)) as at,
        Client(at.server) as client,
    ):
        edit = {"image": at.photo(data=noise(700)), "instruction": "語" * 8_000}
        run = facts(await client.call_tool("edit_image", edit))
        runs = {"run_ids": [run["run"]] * 6}
        answers: list[Any] = [
            await client.call_tool("get_run", {"run_id": run["run"]}),
            await client.call_tool("compare_runs", runs),
            await client.call_tool("list_images", {}),
        ]
        texts = [len(each.content[0].text) for each in answers]
        answers.append(await client.read_resource(f"editloop://run/{run['run']}"))
    assert len(run["turns"]) == 20
    assert [each for each in texts if each > TEXT] == []
    assert [length(each) for each in answers if length(each) > MOST] == []
