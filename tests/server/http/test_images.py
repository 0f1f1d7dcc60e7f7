"""`/v1/images/edits` over the loop, asked by the real `openai` package."""

import base64
import io
from pathlib import Path

import anyio
import pytest
from hosting import BETTER, GOOD, SMALL, thinker
from images_door import EDITS, images_door
from making import png
from openai import BadRequestError, NotFoundError, OpenAI, UnprocessableEntityError
from PIL import Image

from editloop.memory import Critique
from editloop.memory.store import RunFilter
from editloop.server.http.images_rules import ImagesRules
from editloop.server.principals import LOCAL
from editloop.tools import Abilities, Picture, ScriptedEditor

pytestmark = pytest.mark.anyio

PNG = png(200)
NAMED = ("a.png", PNG)


def greys(*shades: int, **more: object) -> ScriptedEditor:
    pictures = (Picture(png(shade), "image/png") for shade in shades)
    return ScriptedEditor(*pictures, **more)  # type: ignore[arg-type]


async def test_the_official_client_gets_the_best_turn_of_a_whole_run(tmp_path: Path) -> None:
    editor = greys(10, 20, 30)
    thinks = thinker(SMALL, GOOD)
    async with images_door(tmp_path, editor=editor, thinker=thinks) as door:
        raw = await door.openai.images.with_raw_response.edit(
            image=NAMED, prompt="make it warm", model="editloop", extra_body={"seed": 7}
        )
        answer = raw.parse()
        run = await door.host.run("last", LOCAL)
    assert answer.data
    assert base64.b64decode(answer.data[0].b64_json or "") == png(20)
    assert answer.data[0].revised_prompt == "warmer still"
    assert (answer.output_format, answer.size, answer.background) == ("png", "16x12", "opaque")
    assert answer.quality == "high"
    assert answer.usage
    assert answer.usage.total_tokens == 0
    assert raw.headers["x-editloop-run"] == run.id
    assert raw.headers["x-editloop-score"] == "9.00"
    assert (run.task.instruction, run.task.seed) == ("make it warm", 7)
    assert run.task.labels["door"] == "images"
    assert [turn.instruction for turn in run.turns] == ["make it warm", "warmer still"]


async def test_the_answer_says_how_its_run_went(tmp_path: Path) -> None:
    async with images_door(tmp_path, thinker=thinker(SMALL, GOOD)) as door:
        answer = await door.http.post(EDITS, files={"image": NAMED}, data={"prompt": "warm"})
        run = await door.host.run("last", LOCAL)
    [said] = answer.json()["editloop"]["runs"]
    assert run.best
    assert run.best.edited
    assert run.stop
    assert said["id"] == run.id
    assert said["handle"] == f"run:{run.id}"
    assert (said["status"], said["turns"], said["answer"]) == ("done", 2, 2)
    assert (said["score"], said["semantic"], said["quality"]) == (9.0, 9.0, 9.0)
    assert said["stop"]["reason"] == run.stop.reason
    assert said["image"] == f"editloop://image/{run.best.edited.sha256}"


def test_the_official_synchronous_client_is_answered_as_well(tmp_path: Path) -> None:
    async def main() -> tuple[list[str], str]:
        async with images_door(tmp_path) as door:
            return await anyio.to_thread.run_sync(_ask, f"{door.url}/v1")

    def _ask(url: str) -> tuple[list[str], str]:
        with OpenAI(base_url=url, api_key="none", max_retries=0) as client:
            models = [model.id for model in client.models.list()]
            client.models.retrieve("editloop/reference")
            made = client.images.edit(image=io.BytesIO(PNG), prompt="warm", size="auto")
        assert made.data
        return models, made.data[0].b64_json or ""

    models, picture = anyio.run(main)
    assert models == ["editloop", "editloop/standard", "editloop/reference", "editloop/exhaustive"]
    assert Image.open(io.BytesIO(base64.b64decode(picture))).size == (16, 12)


async def test_several_pictures_are_the_source_and_references(tmp_path: Path) -> None:
    editor = greys(10, abilities=Abilities(references=2))
    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:
        three = [("a.png", png(1)), ("b.png", png(2)), ("c.png", png(3))]
        await door.openai.images.edit(image=three, prompt="join them")
        with pytest.raises(BadRequestError, match="takes 3 pictures, not 4") as refused:
            await door.openai.images.edit(image=[*three, ("d.png", png(4))], prompt="join")
    [request] = editor.requests
    assert request.source.data == png(1)
    assert [each.data for each in request.references] == [png(2), png(3)]
    assert refused.value.param == "image"


async def test_several_answers_are_several_runs_whose_seeds_count_up(tmp_path: Path) -> None:
    async with images_door(tmp_path, thinker=thinker(GOOD)) as door:
        raw = await door.openai.images.with_raw_response.edit(
            image=NAMED, prompt="warm", n=3, extra_body={"seed": 40, "session": "s1"}
        )
        answer = raw.parse()
        runs = [await door.host.run(i, LOCAL) for i in raw.headers["x-editloop-run"].split(", ")]
    assert answer.data
    assert len(answer.data) == 3
    assert [run.task.seed for run in runs] == [40, 41, 42]
    assert {run.task.labels["session"] for run in runs} == {"s1"}
    assert raw.headers["x-editloop-score"] == "9.00, 9.00, 9.00"


async def test_without_a_seed_the_same_request_draws_another_one(tmp_path: Path) -> None:
    async with images_door(tmp_path, thinker=thinker(GOOD)) as door:
        for _ in range(2):
            await door.openai.images.edit(image=NAMED, prompt="warm")
        runs = [await door.host.run(s.id, LOCAL) for s in await door.host.runs(LOCAL, RunFilter())]
    assert len({run.task.seed for run in runs}) == 2


def _holed(size: tuple[int, int] = (16, 12)) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, (0, 0, 0, 0)).save(out, "PNG")
    return out.getvalue()


async def test_the_transparent_part_of_a_mask_may_be_painted(tmp_path: Path) -> None:
    editor = greys(10, abilities=Abilities(mask=True))
    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:
        await door.openai.images.edit(image=NAMED, mask=("m.png", _holed()), prompt="a hat")
        with pytest.raises(BadRequestError, match="mask has 8x8 pixels") as other_size:
            await door.openai.images.edit(image=NAMED, mask=("m", _holed((8, 8))), prompt="a hat")
    mask = editor.requests[0].mask
    assert mask
    assert Image.open(io.BytesIO(mask.data)).convert("L").getextrema() == (255, 255)
    assert other_size.value.param == "mask"


async def test_a_mask_is_refused_where_the_editor_takes_none(tmp_path: Path) -> None:
    async with images_door(tmp_path) as door:
        with pytest.raises(BadRequestError, match="takes no mask") as refused:
            await door.openai.images.edit(image=NAMED, mask=("m.png", _holed()), prompt="a hat")
    assert (refused.value.param, refused.value.code) == ("mask", "no_mask")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": "11"}, "n"),
        ({"n": "many"}, "n"),
        ({"size": "100"}, "size"),
        ({"size": "0x0"}, "size"),
        ({"size": "512x512"}, "size"),
        ({"size": "16384x12288"}, "size"),
        ({"quality": "best"}, "quality"),
        ({"background": "transparent"}, "background"),
        ({"background": "transparent", "output_format": "jpeg"}, "output_format"),
        ({"output_format": "gif"}, "output_format"),
        ({"output_compression": "101"}, "output_compression"),
        ({"response_format": "url"}, "response_format"),
        ({"partial_images": "4"}, "partial_images"),
        ({"stream": "true", "n": "2"}, "n"),
        ({"stream": "true", "response_format": "url"}, "response_format"),
        ({"turns": "0"}, "turns"),
        ({"semantic": "nan"}, "semantic"),
        ({"quality_target": "11"}, "quality_target"),
        ({"seconds": "0"}, "seconds"),
        ({"cost": "inf"}, "cost"),
        ({"seed": "-1"}, "seed"),
        ({"session": "x" * 257}, "session"),
        ({"user": "a\0b"}, "user"),
        ({"prompt": "  "}, "prompt"),
        ({"prompt": ""}, "prompt"),
    ],
)
async def test_what_cannot_be_had_is_a_400_that_names_the_field(
    tmp_path: Path, fields: dict[str, str], param: str
) -> None:
    async with images_door(tmp_path) as door:
        data = {"prompt": "x", **fields}
        answer = await door.http.post(EDITS, files={"image": NAMED}, data=data)
        runs = await door.host.runs(LOCAL, RunFilter())
    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (400, param)
    assert error["type"] == "invalid_request_error"
    assert error["code"]
    assert not runs


async def test_what_is_no_request_or_no_picture_has_the_status_of_its_fault(tmp_path: Path) -> None:
    broken = ("a.png", PNG[:40])
    async with images_door(tmp_path) as door:
        none = await door.http.post(EDITS, files={"x": NAMED}, data={"prompt": "x"})
        empty = await door.http.post(EDITS, files={"image": ("a", b"")}, data={"prompt": "x"})
        words = await door.http.post(EDITS, files={"image": ("a", b"hello")}, data={"prompt": "x"})
        cut = await door.http.post(EDITS, files={"image": broken}, data={"prompt": "x"})
        text = await door.http.post(EDITS, content=b"hello")
        json = await door.http.post(EDITS, json=[1])
        made = await door.http.post("/v1/images/generations", json={"prompt": "x"})
        varied = await door.http.post("/v1/images/variations", files={"image": NAMED})
        model = await door.http.get("/v1/models/gpt-image-2")
    answers = (none, empty, words, cut, text, json, made, varied, model)
    statuses = [answer.status_code for answer in answers]
    assert statuses == [400, 400, 400, 400, 415, 400, 404, 404, 404]
    assert all(answer.json()["error"]["message"] for answer in answers)


async def test_other_models_mean_the_usual_one_unless_the_server_is_strict(tmp_path: Path) -> None:
    async with images_door(tmp_path / "1", thinker=thinker(GOOD)) as door:
        raw = await door.openai.images.with_raw_response.edit(
            image=NAMED, prompt="warm", model="gpt-image-2"
        )
    rules = ImagesRules(strict_models=True)
    async with images_door(tmp_path / "2", rules=rules, thinker=thinker(GOOD)) as door:
        with pytest.raises(NotFoundError, match="'gpt-image-2' is not here") as refused:
            await door.openai.images.edit(image=NAMED, prompt="warm", model="gpt-image-2")
        known = await door.openai.images.edit(image=NAMED, prompt="x", model="editloop/exhaustive")
    assert raw.headers["x-editloop-ignored"] == "model"
    assert (refused.value.code, refused.value.param) == ("model_not_found", "model")
    assert known.data


FOUR: tuple[Critique, ...] = (SMALL, BETTER, BETTER, BETTER, BETTER, BETTER)


@pytest.mark.parametrize(
    ("fields", "turns"),
    [
        ({"quality": "low"}, 1),
        ({"quality": "medium"}, 3),
        ({"quality": "low", "turns": "2"}, 2),
        ({"turns": "4", "model": "editloop/exhaustive"}, 4),
        ({"semantic": "3", "quality_target": "4"}, 1),
    ],
)
async def test_quality_and_our_own_fields_say_how_far_a_run_goes(
    tmp_path: Path, fields: dict[str, str], turns: int
) -> None:
    settings = {"turns": 5, "rules": "standard", "semantic": 8.0, "quality": 8.0, "base": "source"}
    async with images_door(tmp_path, thinker=thinker(*FOUR), settings=settings) as door:
        data = {"prompt": "x", **fields}
        answer = await door.http.post(EDITS, files={"image": NAMED}, data=data)
    assert answer.status_code == 200, answer.text
    assert answer.json()["editloop"]["runs"][0]["turns"] == turns


async def test_fields_that_change_nothing_are_listed(tmp_path: Path) -> None:
    fields = {
        "prompt": "warm",
        "input_fidelity": "high",
        "moderation": "low",
        "complexity": "high",
        "svg[model]": "x",
        "frame_count": "3",
        "output_compression": "90",
        "partial_images": "2",
        "style": "",
        "user": "u-1",
    }
    files = {"image": NAMED, "markup": NAMED}
    async with images_door(tmp_path, thinker=thinker(GOOD)) as door:
        answer = await door.http.post(EDITS, files=files, data=fields)
        run = await door.host.run("last", LOCAL)
    assert answer.headers["x-editloop-ignored"] == (
        "complexity, frame_count, input_fidelity, markup, moderation, output_compression, "
        "partial_images, svg[model]"
    )
    assert run.task.labels["user"] == answer.json()["safety_identifier"] == "u-1"


async def test_a_key_that_was_used_for_another_request_is_refused(tmp_path: Path) -> None:
    headers = {"Idempotency-Key": "k1"}
    async with images_door(tmp_path, thinker=thinker(GOOD)) as door:
        await door.openai.images.edit(image=NAMED, prompt="warm", extra_headers=headers)
        with pytest.raises(UnprocessableEntityError, match="was used for another") as refused:
            await door.openai.images.edit(image=NAMED, prompt="cold", extra_headers=headers)
    assert refused.value.code == "key_reused"
