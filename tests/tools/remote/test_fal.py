"""The client of fal's queue against a server that follows its protocol."""

import base64
import json
from typing import Any

import anyio
import pytest

from editloop.memory import (
    EditloopError,
    EditorBusy,
    EditorError,
    EditorRejected,
    PictureError,
    SettingsError,
)
from editloop.tools import Abilities, EditRequest, Picture
from editloop.tools.pool.probing import tiny_png
from editloop.tools.remote.fal import Fal, Names

pytestmark = pytest.mark.anyio

SOURCE = Picture(tiny_png(), "image/png")
OTHER = Picture(b"\xff\xd8\xff", "image/jpeg")
REQUEST = EditRequest(SOURCE, "make it warmer, né?", seed=7)
EDIT = b"RIFF\x10\0\0\0WEBP" + bytes(8)
Reply = tuple[int, str, bytes | None]


def _json(found: object, status: int = 200) -> Reply:
    return status, "application/json", json.dumps(found).encode()


def _uri(picture: Picture) -> str:
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}"


class Queue:
    """Keeps an edit for some looks, then says how it ended; paths in `special` answer otherwise."""

    def __init__(self, server: Any) -> None:
        server.replies = self.reply
        self.server = server
        self.status: dict[str, Any] = {"status": "COMPLETED"}
        self.made: Any = {"images": [{"url": f"{server.url}/files/e.webp"}]}
        self.home = "https://queue.example/fal-ai/flux/requests/r-1"
        self.special: dict[str, Reply] = {}
        self.works = 2
        self.looks = 0
        self.looked = anyio.Event()

    def reply(self, asked: Any) -> Reply:
        if asked.path in self.special:
            return self.special[asked.path]
        answers = {
            "/fal-ai/flux/kontext": {"request_id": "r-1", "response_url": self.home},
            "/fal-ai/flux/requests/r-1": self.made,
            "/fal-ai/flux/requests/r-1/cancel": {"status": "CANCELLATION_REQUESTED"},
            "/initiate": {"upload_url": f"{self.server.url}/put", "file_url": "https://f/1"},
            "/put": {},
        }
        if asked.path.endswith("/status"):
            return self._status()
        if asked.path in answers:
            return _json(answers[asked.path])
        return (200, "image/webp", EDIT) if asked.path == "/files/e.webp" else (404, "", b"")

    def _status(self) -> Reply:
        self.looks += 1
        self.looked.set()
        if self.looks <= self.works:
            return _json({"status": "IN_QUEUE" if self.looks == 1 else "IN_PROGRESS"}, 202)
        return _json(self.status)

    @property
    def lines(self) -> list[str]:
        return [each.line.removesuffix(" HTTP/1.1") for each in self.server.asked]


@pytest.fixture
def queue(server: Any) -> Queue:
    return Queue(server)


def _editor(queue: Queue, **options: Any) -> Fal:
    options = {"pause": 0.01, "url": queue.server.url, **options}
    return Fal("fal-ai/flux/kontext", "k3y", **options)


async def _edited(queue: Queue, request: EditRequest = REQUEST, **options: Any) -> Any:
    async with _editor(queue, **options) as editor:
        return await editor.edit(request)


async def test_an_edit_is_queued_waited_for_and_fetched(queue: Queue) -> None:
    queue.status["metrics"] = {"inference_time": 2.5}
    paid = Abilities(cost=0.04, seed=True)
    edited = await _edited(queue, abilities=paid, knobs={"guidance_scale": 3.5})
    assert queue.server.asked[0].json == {
        "prompt": "make it warmer, né?",
        "image_url": _uri(SOURCE),
        "seed": 7,
        "guidance_scale": 3.5,
    }
    home = "/fal-ai/flux/requests/r-1"
    assert queue.lines == [
        "POST /fal-ai/flux/kontext",
        *[f"GET {home}/status"] * 3,
        f"GET {home}",
        "GET /files/e.webp",
    ]
    assert edited.picture == Picture(EDIT, "image/webp")
    assert (edited.seconds, edited.cost, edited.notes) == (2.5, 0.04, ())


async def test_the_key_goes_to_the_queue_and_not_with_pictures(queue: Queue) -> None:
    await _edited(queue, upload=f"{queue.server.url}/initiate")
    shown = {each.path: each.headers.get("authorization") for each in queue.server.asked}
    assert shown.pop("/put") is None
    assert shown.pop("/files/e.webp") is None
    assert set(shown.values()) == {"Key k3y"}


async def test_pictures_can_be_uploaded_first(queue: Queue) -> None:
    await _edited(queue, upload=f"{queue.server.url}/initiate")
    wanted, put, submitted = queue.server.asked[:3]
    assert wanted.json == {"file_name": "picture.png", "content_type": "image/png"}
    assert put.line.startswith("PUT ")
    assert (put.body, put.headers["content-type"]) == (SOURCE.data, "image/png")
    assert submitted.json["image_url"] == "https://f/1"


async def test_models_that_name_things_otherwise_are_asked_in_their_names(queue: Queue) -> None:
    names = Names(image="image_urls", mask="mask_url", instruction="text", seed="rng")
    request = EditRequest(SOURCE, "x", seed=3, mask=OTHER, references=(OTHER,))
    abilities = Abilities(references=1, seed=True)
    async with _editor(queue, names=names, abilities=abilities) as editor:
        assert editor.abilities.mask
        await editor.edit(request)
    assert queue.server.asked[0].json == {
        "text": "x",
        "image_urls": [_uri(SOURCE), _uri(OTHER)],
        "mask_url": _uri(OTHER),
        "rng": 3,
    }


async def test_a_model_without_a_known_seed_is_sent_none(queue: Queue) -> None:
    await _edited(queue)
    assert set(queue.server.asked[0].json) == {"prompt", "image_url"}


async def test_a_data_uri_and_a_single_image_are_read_too(queue: Queue) -> None:
    queue.made = {"image": {"url": _uri(Picture(EDIT, "image/webp"))}}
    assert (await _edited(queue)).picture.data == EDIT


async def test_what_the_user_should_know_is_noted(queue: Queue) -> None:
    queue.made = {
        "images": queue.made["images"] * 2,
        "has_nsfw_concepts": [True, False],
        "seed": 8,
    }
    assert (await _edited(queue, abilities=Abilities(seed=True))).notes == (
        "2 pictures came back; the first was taken",
        "the content filter of the service marked the picture",
        "the service used the seed 8, not 7",
    )


HOME = "/fal-ai/flux/requests/r-1"
FAULT = {"detail": [{"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy"}]}


@pytest.mark.parametrize(
    ("path", "reply", "kind", "said"),
    [
        ("/fal-ai/flux/kontext", _json({"detail": "no such key"}, 401), EditorRejected, "no such"),
        ("/fal-ai/flux/kontext", _json({"detail": "slow down"}, 429), EditorBusy, "slow down"),
        ("/fal-ai/flux/kontext", (200, "text/html", b"<html>"), EditorError, "instead of JSON"),
        ("/fal-ai/flux/kontext", _json({}), EditorError, "where it is fetched"),
        (f"{HOME}/status", _json({"detail": "gone"}, 404), EditorRejected, "gone"),
        (f"{HOME}/status", (500, "", b""), EditorBusy, "500"),
        (f"{HOME}/status", _json({"status": "FAILED", "error": "CUDA"}), EditorError, "CUDA"),
        (HOME, _json(FAULT, 422), EditorRejected, "422: body.prompt: flagged"),
        (HOME, _json({"detail": "timed out"}, 504), EditorBusy, "504: timed out"),
        (HOME, _json({"images": []}), EditorError, "without a picture"),
        (HOME, _json({"images": [{"url": None}]}), EditorError, "without a picture"),
        (HOME, _json({"images": [None]}), EditorError, "without a picture"),
        ("/files/e.webp", (200, "image/png", b"<html>"), EditorError, "no picture that we take"),
        ("/files/e.webp", (403, "", b"expired"), EditorRejected, "expired"),
    ],
)
async def test_failures_speak_in_the_words_of_the_server(
    queue: Queue, path: str, reply: Reply, kind: type[EditloopError], said: str
) -> None:
    queue.special[path] = reply
    with pytest.raises(kind, match=said) as caught:
        await _edited(queue)
    assert type(caught.value) is kind
    assert queue.lines.count("POST /fal-ai/flux/kontext") == 1


async def test_an_edit_that_failed_without_a_picture_says_why(queue: Queue) -> None:
    queue.status["error"], queue.made = "the runner died", {}
    with pytest.raises(EditorError, match="without a picture: the runner died"):
        await _edited(queue)


@pytest.mark.parametrize(
    "home",
    ["https://x/http://evil.example/r", "https://x/evil.example:80/r", "http://x/\n", "", None, 5],
)
async def test_an_address_of_an_edit_that_is_a_trap_is_not_used(queue: Queue, home: Any) -> None:
    queue.home = home
    with pytest.raises(EditorError, match=r"where it is fetched|bad address"):
        await _edited(queue)
    assert len(queue.server.asked) == 1


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1/x", "https://evilfal.media/x", "file:///etc/passwd", "http://x/\n"],
)
async def test_a_picture_elsewhere_is_not_fetched(queue: Queue, address: str) -> None:
    queue.made = {"images": [{"url": address}]}
    with pytest.raises(EditorError, match=r"which is not used: allow that host|bad address"):
        await _edited(queue)


async def test_a_large_picture_is_not_read_to_its_end(queue: Queue) -> None:
    queue.special["/files/e.webp"] = (200, "image/webp", EDIT + bytes(10_000))
    with pytest.raises(EditorError, match="more than 5,000 bytes"):
        await _edited(queue, most=5_000)


async def test_a_failed_look_or_fetch_does_not_pay_twice(queue: Queue) -> None:
    usual, down = queue.reply, {f"{HOME}/status": 3, "/files/e.webp": 3}

    def reply(asked: Any) -> Reply:
        if down.get(asked.path, 0):
            down[asked.path] -= 1
            return 503, "", b""
        return usual(asked)

    queue.server.replies = reply
    assert (await _edited(queue)).picture.data == EDIT
    assert queue.lines.count("POST /fal-ai/flux/kontext") == 1


async def test_a_cancelled_edit_is_cancelled_at_the_service(queue: Queue) -> None:
    queue.works = 10**9
    with anyio.fail_after(60):
        async with _editor(queue) as editor, anyio.create_task_group() as group:
            group.start_soon(editor.edit, REQUEST)
            await queue.looked.wait()
            group.cancel_scope.cancel()
    assert queue.lines[-1] == f"PUT {HOME}/cancel"
    assert queue.server.asked[-1].headers["authorization"] == "Key k3y"


async def test_a_status_that_hangs_is_left_and_the_edit_cancelled(queue: Queue) -> None:
    queue.special[f"{HOME}/status"] = (200, "", None)
    usual, hung = queue.reply, anyio.Event()

    def reply(asked: Any) -> Reply:
        if asked.path.endswith("/status"):
            hung.set()
        return usual(asked)

    queue.server.replies = reply
    with anyio.fail_after(60):
        async with _editor(queue) as editor, anyio.create_task_group() as group:
            group.start_soon(editor.edit, REQUEST)
            await hung.wait()
            group.cancel_scope.cancel()
    assert queue.lines[-1] == f"PUT {HOME}/cancel"


async def test_a_finished_edit_is_not_cancelled(queue: Queue) -> None:
    await _edited(queue)
    assert not [line for line in queue.lines if line.startswith("PUT")]


async def test_a_cancellation_that_fails_is_noted_on_what_ended_the_edit(queue: Queue) -> None:
    queue.special[f"{HOME}/status"] = _json({"detail": "gone"}, 404)
    queue.special[f"{HOME}/cancel"] = _json({"detail": "too late"}, 400)
    with pytest.raises(EditorRejected, match="gone") as caught:
        await _edited(queue)
    assert "could not be taken back" in caught.value.__notes__[0]
    assert "too late" in caught.value.__notes__[0]


async def test_what_is_not_taken_is_refused_before_anything_is_sent(queue: Queue) -> None:
    async with _editor(queue) as editor:
        with pytest.raises(EditorRejected, match="no mask"):
            await editor.edit(EditRequest(SOURCE, "x", mask=SOURCE))
        with pytest.raises(EditorRejected, match="0 pictures beside"):
            await editor.edit(EditRequest(SOURCE, "x", references=(OTHER,)))
        with pytest.raises(PictureError, match="text/html"):
            await editor.edit(EditRequest(Picture(b"x", "text/html"), "x"))
    assert queue.server.asked == []


def test_settings_that_cannot_work_are_refused_at_once() -> None:
    with pytest.raises(SettingsError, match="owner/app"):
        Fal("flux", "k3y")
    with pytest.raises(SettingsError, match="no address"):
        Fal("fal-ai/flux", "k3y", url="queue")
    with pytest.raises(SettingsError, match="takes one picture"):
        Fal("fal-ai/flux", "k3y", abilities=Abilities(references=1))


async def test_an_upload_without_an_address_is_a_failure(queue: Queue) -> None:
    queue.special["/initiate"] = _json({})
    with pytest.raises(EditorError, match="no address for one"):
        await _edited(queue, upload=f"{queue.server.url}/initiate")
