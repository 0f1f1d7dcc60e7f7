"""The stream of `/v1/images/edits`: pictures as they get better, then the answer."""

import base64
from pathlib import Path
from typing import Any

import anyio
import pytest
from hosting import BETTER, GOOD, SMALL, Held, thinker
from images_door import EDITS, Door, images_door
from making import critique, fixed, png
from openai import APIError
from openai.types import ImageEditCompletedEvent, ImageEditPartialImageEvent

from editloop.memory import EditorError, UnsupportedInstruction
from editloop.memory.store import RunFilter
from editloop.server.http.images_rules import ImagesRules
from editloop.server.principals import LOCAL
from editloop.tools import Picture, ScriptedEditor

pytestmark = pytest.mark.anyio

NAMED = ("a.png", png(200))


def greys(*shades: int) -> ScriptedEditor:
    return ScriptedEditor(*(Picture(png(shade), "image/png") for shade in shades))


async def _events(door: Door, **more: Any) -> list[Any]:
    stream = await door.openai.images.edit(image=NAMED, prompt="warm", stream=True, **more)
    return [event async for event in stream]


async def test_turns_that_got_better_are_partial_pictures_and_then_comes_the_answer(
    tmp_path: Path,
) -> None:
    worse = critique(2, 2, "try again")
    engines: dict[str, Any] = {
        "editor": greys(10, 20, 30, 40),
        "thinker": thinker(SMALL, worse, BETTER, GOOD),
    }
    async with images_door(tmp_path, kit={"rules": fixed(4)}, **engines) as door:
        events = await _events(door, partial_images=3)
    *partials, completed = events
    assert all(isinstance(event, ImageEditPartialImageEvent) for event in partials)
    assert [event.partial_image_index for event in partials] == [0, 1, 2]
    assert [base64.b64decode(event.b64_json) for event in partials] == [png(10), png(30), png(40)]
    assert isinstance(completed, ImageEditCompletedEvent)
    assert base64.b64decode(completed.b64_json) == png(40)
    assert completed.usage.total_tokens == 0
    assert {(e.size, e.output_format, e.quality, e.background) for e in events} == {
        ("16x12", "png", "high", "opaque")
    }


@pytest.mark.parametrize("asked", [0, 1])
async def test_no_more_partial_pictures_come_than_were_asked_for(
    tmp_path: Path, asked: int
) -> None:
    async with images_door(tmp_path) as door:
        events = await _events(door, partial_images=asked)
    kinds = [event.type for event in events]
    assert kinds == ["image_edit.partial_image"] * asked + ["image_edit.completed"]


async def test_every_event_has_exactly_the_fields_that_the_client_knows_and_ours(
    tmp_path: Path,
) -> None:
    async with images_door(tmp_path, thinker=thinker(SMALL, GOOD)) as door:
        partial, completed = await _events(
            door, partial_images=1, extra_body={"safety_identifier": "u"}
        )
    assert {*partial.to_dict()} == {*ImageEditPartialImageEvent.model_fields, "editloop"}
    known = {*ImageEditCompletedEvent.model_fields}
    assert {*completed.to_dict()} == known | {"editloop", "revised_prompt"}
    assert completed.to_dict()["editloop"]["runs"][0]["turns"] == 2
    assert partial.to_dict()["editloop"]["instruction"] == "warm"


async def test_a_partial_picture_is_sent_while_the_run_goes_on(tmp_path: Path) -> None:
    held = Held(free=1)
    async with images_door(tmp_path, editor=held.editor) as door:
        stream = await door.openai.images.edit(
            image=NAMED, prompt="warm", stream=True, partial_images=1
        )
        events = aiter(stream)
        first = await anext(events)
        await held.asked(2)
        held.let_all()
        last = [event async for event in events][-1]
    assert (first.type, last.type) == ("image_edit.partial_image", "image_edit.completed")


async def test_a_run_that_fails_ends_the_stream_with_an_error_of_the_client(tmp_path: Path) -> None:
    editor = ScriptedEditor(EditorError("the card is on fire"))
    async with images_door(tmp_path, editor=editor) as door:
        with pytest.raises(APIError, match="the card is on fire") as failed:
            await _events(door, partial_images=1)
    assert (failed.value.code, failed.value.type) == ("editor_failed", "server_error")


async def test_an_instruction_that_is_refused_says_so_in_the_stream(tmp_path: Path) -> None:
    editor = ScriptedEditor(UnsupportedInstruction("this editor adds no cats"))
    async with images_door(tmp_path, editor=editor) as door:
        with pytest.raises(APIError, match="adds no cats") as failed:
            await _events(door)
    assert (failed.value.code, failed.value.param) == ("unsupported_instruction", "prompt")


async def test_a_failure_after_a_good_turn_leaves_the_best_picture(tmp_path: Path) -> None:
    editor = ScriptedEditor(Picture(png(10), "image/png"), EditorError("gone"))
    async with images_door(tmp_path, editor=editor) as door:
        events = await _events(door, partial_images=2)
    assert [event.type for event in events] == ["image_edit.partial_image", "image_edit.completed"]
    assert base64.b64decode(events[-1].b64_json) == png(10)


async def test_a_silent_stream_is_kept_alive_by_comments(tmp_path: Path) -> None:
    held = Held()
    rules = ImagesRules(heartbeat_seconds=0.05)
    asked: dict[str, Any] = {
        "files": {"image": NAMED},
        "data": {"prompt": "warm", "stream": "true"},
    }
    async with (
        images_door(tmp_path, editor=held.editor, rules=rules) as door,
        door.http.stream("POST", EDITS, **asked) as answer,
    ):
        lines = answer.aiter_lines()
        silent = [await anext(lines) for _ in range(6)]
        held.let_all()
        rest = [line async for line in lines]
    assert {line for line in silent if line} == {": still here"}
    assert "event: image_edit.completed" in rest


async def test_headers_say_the_run_and_that_nothing_may_be_collected(tmp_path: Path) -> None:
    data = {"prompt": "warm", "stream": "true", "style": "x"}
    async with images_door(tmp_path) as door:
        answer = await door.http.post(EDITS, files={"image": NAMED}, data=data)
        run = await door.host.run("last", LOCAL)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-editloop-run"] == run.id
    assert answer.headers["x-editloop-ignored"] == "style"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"


async def test_what_is_wrong_with_a_request_is_a_status_and_no_stream(tmp_path: Path) -> None:
    async with images_door(tmp_path) as door:
        data = {"prompt": "warm", "stream": "true", "partial_images": "9"}
        answer = await door.http.post(EDITS, files={"image": NAMED}, data=data)
        runs = await door.host.runs(LOCAL, RunFilter())
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "partial_images")
    assert not runs


async def test_a_listener_that_leaves_pauses_the_run(tmp_path: Path) -> None:
    held = Held(free=1)
    async with images_door(tmp_path, editor=held.editor) as door:
        stream = await door.openai.images.edit(
            image=NAMED, prompt="warm", stream=True, partial_images=1
        )
        await anext(aiter(stream))
        await held.asked(2)
        await stream.close()
        with anyio.fail_after(60):
            await held.left.wait()
        run = await door.host.wait("last", LOCAL, 20)
        assert await door.host.paused(run)
        held.let_all()
        await door.host.resume(run.id, LOCAL)
        whole = await door.host.wait(run.id, LOCAL, 20)
    assert (len(run.turns), run.status) == (1, "open")
    assert whole.status == "done"


async def test_a_run_that_somebody_pauses_ends_the_stream_with_an_error(tmp_path: Path) -> None:
    held = Held()
    async with images_door(tmp_path, editor=held.editor) as door:
        stream = await door.openai.images.edit(image=NAMED, prompt="warm", stream=True)
        await held.asked(1)
        await door.host.pause("last", LOCAL)
        with pytest.raises(APIError, match="was paused"):
            [event async for event in stream]
