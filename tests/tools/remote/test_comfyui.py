"""The ComfyUI client against a server with a queue, a history and files."""

import copy
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import pytest

from editloop.memory import (
    EditloopError,
    EditorBusy,
    EditorError,
    EditorRejected,
    PictureError,
)
from editloop.tools import EditRequest, Picture
from editloop.tools.pool.probing import tiny_png
from editloop.tools.remote.comfyui import ComfyUI
from editloop.tools.remote.comfyui_workflow import Workflow

pytestmark = pytest.mark.anyio

SOURCE = Picture(tiny_png(), "image/png")
REQUEST = EditRequest(SOURCE, "make it warmer, né?", seed=2**64 + 7)
EDIT = b"RIFF\x10\0\0\0WEBP" + bytes(8)
TEMPLATE: dict[str, Any] = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "example.png"}},
    "6": {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": "a prompt", "clip": ["11", 0]},
        "_meta": {"title": "positive"},
    },
    "31": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 4, "positive": ["6", 0]}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["31", 0]}},
}
MASKED = {
    **TEMPLATE,
    "2": {"class_type": "LoadImageMask", "inputs": {"image": "", "channel": "red"}},
}
SAVED = {"9": {"images": [{"filename": "e 1.webp", "subfolder": "", "type": "output"}]}}
Reply = tuple[int, str, bytes | None]


def _json(found: object, status: int = 200) -> Reply:
    return status, "application/json", json.dumps(found).encode()


def _image(asked: Any) -> Any:
    return next(part for part in asked.form if part.name == "image")


class Comfy:
    """Keeps an edit at work for some looks at its history, then says how it ended."""

    def __init__(self, server: Any) -> None:
        server.replies = self.reply
        self.server = server
        self.outputs: Any = SAVED
        self.status: Any = {"status_str": "success", "completed": True, "messages": []}
        self.special: dict[str, Reply] = {}
        self.looks = 0
        self.works = 2
        self.running: list[str] | None = None
        self.pending: list[str] = []
        self.own_ids = False
        self.folder = ""
        self.id = ""
        self.looked = anyio.Event()

    def reply(self, asked: Any) -> Reply:
        verb, path = asked.line.split(" ")[0], urlsplit(str(asked.path)).path
        if path in self.special:
            return self.special[path]
        if path == "/upload/image":
            name = _image(asked).filename
            return _json({"name": name, "subfolder": self.folder, "type": "input"})
        if path == "/prompt":
            self.id = "theirs/1" if self.own_ids else asked.json["prompt_id"]
            return _json({"prompt_id": self.id, "number": 1, "node_errors": {}})
        if path.startswith("/history/"):
            return self._history()
        if verb == "GET" and path == "/queue":
            running = [self.id] if self.running is None else self.running
            return _json(
                {
                    "queue_running": [[1, each, "a graph"] for each in running],
                    "queue_pending": [[2, each, "a graph"] for each in self.pending],
                }
            )
        return (200, "image/webp", EDIT) if path == "/view" else (200, "", b"")

    def _history(self) -> Reply:
        self.looks += 1
        self.looked.set()
        if self.looks <= self.works:
            return _json({})
        return _json({self.id: {"outputs": self.outputs, "status": self.status}})

    def asked(self, verb: str, path: str) -> list[Any]:
        return [each for each in self.server.asked if each.line.startswith(f"{verb} {path}")]


@pytest.fixture
def comfy(server: Any) -> Comfy:
    return Comfy(server)


def _editor(comfy: Comfy, template: dict[str, Any] = TEMPLATE, **options: Any) -> ComfyUI:
    options = {"pause": 0.01, **options}
    return ComfyUI(comfy.server.url, Workflow.of(template), **options)


async def _edited(comfy: Comfy, request: EditRequest = REQUEST, **options: Any) -> Any:
    async with _editor(comfy, **options) as editor:
        return await editor.edit(request)


async def test_the_template_is_filled_and_run_and_its_picture_fetched(comfy: Comfy) -> None:
    before = copy.deepcopy(TEMPLATE)
    comfy.status["messages"] = [
        ["execution_start", {"timestamp": 1_000}],
        ["execution_success", {"timestamp": 3_500}],
    ]
    edited = await _edited(comfy)
    upload = comfy.asked("POST", "/upload/image")[0]
    assert {part.name for part in upload.form} == {"image", "type"}
    image = _image(upload)
    graph = comfy.asked("POST", "/prompt")[0].json["prompt"]
    assert (image.data, image.media_type) == (SOURCE.data, "image/png")
    assert graph["1"]["inputs"]["image"] == image.filename
    assert graph["6"]["inputs"] == {"text": "make it warmer, né?", "clip": ["11", 0]}
    assert graph["31"]["inputs"]["seed"] == 7
    assert graph["9"] == TEMPLATE["9"]
    assert before == TEMPLATE
    viewed = parse_qs(urlsplit(str(comfy.asked("GET", "/view")[0].path)).query)
    assert (viewed["filename"], viewed["type"]) == (["e 1.webp"], ["output"])
    assert (edited.picture, edited.seconds, edited.notes) == (Picture(EDIT, "image/webp"), 2.5, ())
    assert comfy.looks == 3
    assert comfy.asked("POST", "/queue") == comfy.asked("POST", "/interrupt") == []


async def test_a_picture_is_named_by_its_content(comfy: Comfy) -> None:
    other = Picture(tiny_png() + b"more", "image/png")
    async with _editor(comfy) as editor:
        for source in (SOURCE, other, SOURCE):
            await editor.edit(EditRequest(source, "warmer"))
    names = [_image(each).filename for each in comfy.asked("POST", "/upload/image")]
    assert names[0] == names[2] != names[1]


async def test_the_id_and_the_folder_that_the_server_chose_are_used(comfy: Comfy) -> None:
    comfy.own_ids, comfy.folder = True, "clipspace"
    assert (await _edited(comfy)).picture.data == EDIT
    assert comfy.asked("GET", "/history/")[0].path == "/history/theirs%2F1"
    image = comfy.asked("POST", "/prompt")[0].json["prompt"]["1"]["inputs"]["image"]
    assert image.startswith("clipspace/editloop-")


async def test_a_mask_goes_into_its_own_slot(comfy: Comfy) -> None:
    mask = Picture(b"mask", "image/png")
    async with _editor(comfy, MASKED) as editor:
        assert editor.abilities.mask
        await editor.edit(EditRequest(SOURCE, "a lamp", mask=mask))
        with pytest.raises(EditorRejected, match="needs a mask"):
            await editor.edit(REQUEST)
    names = [_image(each).filename for each in comfy.asked("POST", "/upload/image")]
    graph = comfy.asked("POST", "/prompt")[0].json["prompt"]
    assert [graph[node]["inputs"]["image"] for node in ("1", "2")] == names


async def test_what_is_not_taken_is_refused_before_anything_is_sent(comfy: Comfy) -> None:
    async with _editor(comfy) as editor:
        with pytest.raises(EditorRejected, match="no place for a mask"):
            await editor.edit(EditRequest(SOURCE, "x", mask=SOURCE))
        with pytest.raises(EditorRejected, match="beside the source"):
            await editor.edit(EditRequest(SOURCE, "x", references=(SOURCE,)))
        with pytest.raises(PictureError, match="text/html"):
            await editor.edit(EditRequest(Picture(b"x", "text/html"), "x"))
    assert comfy.server.asked == []


FAULT = {
    "error": {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed"},
    "node_errors": {
        "4": {
            "class_type": "CheckpointLoader",
            "errors": [{"message": "Value not in list", "details": "ckpt_name: 'flux'"}],
        }
    },
}
SAID = r"400: Prompt outputs failed: node 4 \(CheckpointLoader\): Value not in list, ckpt_name"


@pytest.mark.parametrize(
    ("path", "reply", "kind", "said"),
    [
        ("/prompt", _json(FAULT, 400), EditorRejected, SAID),
        ("/prompt", _json({"error": {"message": "no prompt"}, "node_errors": []}, 400),
         EditorRejected, "400: no prompt"),
        ("/prompt", _json({}), EditorError, "without an id"),
        ("/prompt", (502, "text/html", b"<html>bad gateway"), EditorBusy, "<html>bad gateway"),
        ("/prompt", (200, "text/html", b"<html>log in"), EditorError, "instead of JSON"),
        ("/upload/image", (413, "", b""), EditorRejected, "413: no explanation"),
        ("/upload/image", _json({}), EditorError, "what it calls it"),
        ("/view", (404, "", b""), EditorRejected, "404"),
        ("/view", (200, "image/png", b"<html>"), EditorError, "no picture that we take"),
    ],
)  # fmt: skip
async def test_failures_speak_in_the_words_of_the_server(
    comfy: Comfy, path: str, reply: Reply, kind: type[EditloopError], said: str
) -> None:
    comfy.special[path] = reply
    with pytest.raises(kind, match=said) as caught:
        await _edited(comfy)
    assert type(caught.value) is kind


def _failed(kind: str, **fields: str) -> dict[str, Any]:
    return {"status_str": "error", "completed": False, "messages": [[kind, fields]]}


BROKEN = {"node_id": "31", "node_type": "KSampler", "exception_message": "shapes differ\n"}


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (_failed("execution_error", exception_type="RuntimeError", **BROKEN),
         EditorError, r"node 31 \(KSampler\) failed: RuntimeError: shapes differ$"),
        (_failed("execution_error", exception_type="torch.OutOfMemoryError", **BROKEN),
         EditorBusy, "OutOfMemoryError"),
        (_failed("execution_interrupted", node_id="31"), EditorBusy, "interrupted"),
        (_failed("execution_start"), EditorError, "does not say why"),
    ],
)  # fmt: skip
async def test_how_a_run_ended_is_told(
    comfy: Comfy, status: dict[str, Any], kind: type[EditloopError], said: str
) -> None:
    comfy.status = status
    with pytest.raises(kind, match=said) as caught:
        await _edited(comfy)
    assert type(caught.value) is kind
    assert comfy.asked("POST", "/interrupt") == []


def _made(node: str, kind: str = "output") -> dict[str, Any]:
    return {node: {"images": [{"filename": f"{node}.png", "subfolder": "s", "type": kind}]}}


@pytest.mark.parametrize(
    ("outputs", "said"),
    [({}, "without a picture of node 9"), (_made("8"), "without a picture"), ([], "without")],
)
async def test_a_run_without_its_picture_is_a_failure(
    comfy: Comfy, outputs: object, said: str
) -> None:
    comfy.outputs = outputs
    with pytest.raises(EditorError, match=said):
        await _edited(comfy)


async def test_without_a_saving_node_the_only_picture_counts(comfy: Comfy) -> None:
    template: dict[str, Any] = {**TEMPLATE, "9": {"class_type": "FancySave", "inputs": {}}}
    comfy.outputs = {**_made("8", "temp"), **_made("9")}
    assert (await _edited(comfy, template=template)).picture.data == EDIT
    assert "filename=9.png" in comfy.asked("GET", "/view")[0].path
    comfy.outputs = {**_made("8"), **_made("9")}
    with pytest.raises(EditorError, match="8, 9 all made pictures"):
        await _edited(comfy, template=template)


async def test_left_out_nodes_and_further_pictures_are_noted(comfy: Comfy) -> None:
    comfy.outputs = {"9": {"images": SAVED["9"]["images"] * 2}}
    body = {"prompt_id": "p", "node_errors": FAULT["node_errors"]}
    comfy.id, comfy.special["/prompt"] = "p", _json(body)
    notes = (await _edited(comfy)).notes
    assert notes[0] == "2 pictures came back; the first was taken"
    assert "left out a part of the workflow: node 4 (CheckpointLoader)" in notes[1]


async def test_a_large_picture_is_not_read_to_its_end(comfy: Comfy) -> None:
    comfy.special["/view"] = (200, "image/webp", EDIT + bytes(10_000))
    with pytest.raises(EditorError, match="more than 5,000 bytes"):
        await _edited(comfy, most=5_000)


async def test_an_edit_that_is_still_in_the_queue_is_waited_for(comfy: Comfy) -> None:
    comfy.works, comfy.running, comfy.pending = 9, ["somebody's"], ["p"]
    comfy.id, comfy.special["/prompt"] = "p", _json({"prompt_id": "p"})
    assert (await _edited(comfy)).picture.data == EDIT
    assert len(comfy.asked("GET", "/queue")) == 1


async def test_a_workflow_without_a_seed_promises_none(comfy: Comfy) -> None:
    template = {name: node for name, node in TEMPLATE.items() if name != "31"}
    async with _editor(comfy, template) as editor:
        assert not editor.abilities.seed
        assert (await editor.edit(REQUEST)).picture.data == EDIT


async def test_a_forgotten_edit_is_not_waited_for(comfy: Comfy) -> None:
    comfy.works, comfy.running = 10**9, []
    with anyio.fail_after(60), pytest.raises(EditorBusy, match="no longer knows the edit"):
        await _edited(comfy)


async def test_a_few_failed_looks_or_fetches_lose_no_edit(comfy: Comfy) -> None:
    usual, answers = comfy.reply, iter([503, 503, 503, 200, 503, 503, 200, 200, 503, 503, 503])

    def reply(asked: Any) -> Reply:
        if not asked.path.startswith(("/history/", "/view")):
            return usual(asked)
        status = next(answers, 200)
        return usual(asked) if status == 200 else (status, "", b"")

    comfy.server.replies = reply
    assert (await _edited(comfy)).picture.data == EDIT
    assert (len(comfy.asked("POST", "/prompt")), next(answers, "all used")) == (1, "all used")


async def test_a_server_that_stays_away_is_given_up_and_told_to_stop(comfy: Comfy) -> None:
    usual = comfy.reply

    def reply(asked: Any) -> Reply:
        return (503, "", b"") if asked.path.startswith("/history/") else usual(asked)

    comfy.server.replies = reply
    with pytest.raises(EditorBusy, match="503"):
        await _edited(comfy)
    assert len(comfy.asked("GET", "/history/")) == 4
    assert comfy.asked("POST", "/interrupt")[0].json == {"prompt_id": comfy.id}


async def _cancelled(comfy: Comfy, seen: anyio.Event) -> None:
    comfy.works = 10**9
    with anyio.fail_after(60):
        async with _editor(comfy) as editor, anyio.create_task_group() as group:
            group.start_soon(editor.edit, REQUEST)
            await seen.wait()
            group.cancel_scope.cancel()


async def test_a_cancelled_edit_at_work_is_interrupted_by_its_id(comfy: Comfy) -> None:
    await _cancelled(comfy, comfy.looked)
    assert comfy.asked("POST", "/queue")[0].json == {"delete": [comfy.id]}
    assert [each.json for each in comfy.asked("POST", "/interrupt")] == [{"prompt_id": comfy.id}]


async def test_a_cancelled_edit_in_the_queue_interrupts_nobody(comfy: Comfy) -> None:
    comfy.running = ["somebody's"]
    await _cancelled(comfy, comfy.looked)
    assert comfy.asked("POST", "/queue")[0].json == {"delete": [comfy.id]}
    assert comfy.asked("POST", "/interrupt") == []


async def test_an_edit_cancelled_while_it_is_queued_is_taken_back(comfy: Comfy) -> None:
    usual, queueing = comfy.reply, anyio.Event()

    def reply(asked: Any) -> Reply:
        answer = usual(asked)
        if asked.path == "/prompt":
            queueing.set()
            return 200, "", None  # never answers
        return answer

    comfy.server.replies = reply
    await _cancelled(comfy, queueing)
    assert comfy.asked("POST", "/queue")[0].json == {"delete": [comfy.id]}
    assert len(comfy.asked("POST", "/interrupt")) == 1
