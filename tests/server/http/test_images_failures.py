"""What `/v1/images/edits` says when there is no picture, and what becomes of the run."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
import httpx2
import pytest
from hosting import GOOD, Held, thinker
from images_door import EDITS, Door, images_door
from making import png
from openai import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    RateLimitError,
)

from editloop.memory import EditorBusy, EditorError, EditorRejected, UnsupportedInstruction
from editloop.memory.store import RunFilter
from editloop.server.guard import Guard, digest
from editloop.server.principals import LOCAL, Principal
from editloop.tools import Edited, EditRequest, Picture, ScriptedEditor
from editloop.tools.editor import Abilities
from editloop.tools.retouch.editor import Retouch

pytestmark = pytest.mark.anyio

NAMED = ("a.png", png(200))


async def test_the_embedded_editor_says_in_a_sentence_what_it_cannot_do(tmp_path: Path) -> None:
    async with images_door(tmp_path, editor=Retouch()) as door:
        with pytest.raises(BadRequestError, match="cat") as refused:
            await door.openai.images.edit(image=NAMED, prompt="add a cat")
        run = await door.host.run("last", LOCAL)
    assert (refused.value.code, refused.value.param) == ("unsupported_instruction", "prompt")
    assert refused.value.response.headers["x-editloop-run"] == run.id
    assert run.status == "refused"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (UnsupportedInstruction("no cats here"), 400, "unsupported_instruction"),
        (EditorRejected("no cats here"), 400, "rejected"),
        (EditorBusy("no cats here"), 503, "editor_busy"),
        (EditorError("no cats here"), 502, "editor_failed"),
        (RuntimeError("no cats here"), 502, "editor_failed"),
    ],
)
async def test_a_run_without_an_edit_is_an_error_that_is_not_asked_again_by_itself(
    tmp_path: Path, error: Exception, status: int, code: str
) -> None:
    async def fail(request: EditRequest) -> None:
        raise error

    editor = ScriptedEditor(before=fail)
    async with images_door(tmp_path, editor=editor) as door:
        client = door.openai.with_options(max_retries=2)
        with pytest.raises(APIStatusError, match="no cats here") as failed:
            await client.images.edit(image=NAMED, prompt="add a cat")
        runs = await door.host.runs(LOCAL, RunFilter())
    assert (failed.value.status_code, failed.value.code) == (status, code)
    assert failed.value.response.headers["x-should-retry"] == "false"
    assert len(runs) == 1


async def test_no_time_for_an_edit_is_said_as_such(tmp_path: Path) -> None:
    async with images_door(tmp_path, editor=Held().editor) as door:
        with pytest.raises(BadRequestError, match="no edit was made within the limits") as failed:
            await door.openai.images.edit(image=NAMED, prompt="warm", extra_body={"seconds": 0.05})
    assert failed.value.code == "budget"


async def test_of_several_runs_those_that_have_an_answer_are_given(tmp_path: Path) -> None:
    editor = OneOfTwo()
    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:
        answer = await door.http.post(
            EDITS, files={"image": NAMED}, data={"prompt": "warm", "n": "2", "seed": "1"}
        )
    said = answer.json()
    assert len(said["data"]) == 1
    assert [run["status"] for run in said["editloop"]["runs"]] == ["failed", "done"]
    assert said["editloop"]["runs"][0]["failure"]["message"] == "not seed 1"
    assert answer.headers["x-editloop-score"] == "unscored, 9.00"


async def test_no_room_is_a_rate_limit_with_the_time_to_wait(tmp_path: Path) -> None:
    held = Held()
    async with (
        images_door(tmp_path, editor=held.editor, host={"at_once": 1, "waiting": 0}) as door,
        anyio.create_task_group() as group,
    ):
        group.start_soon(_asked, door)
        await held.asked(1)
        with pytest.raises(RateLimitError) as limited:
            await door.openai.images.edit(image=NAMED, prompt="warm")
        assert int(limited.value.response.headers["retry-after"]) >= 1
        assert (limited.value.code, limited.value.type) == ("limit", "rate_limit_error")
        held.let_all()


async def test_pictures_that_find_no_room_take_the_others_of_their_request_along(
    tmp_path: Path,
) -> None:
    held = Held()
    async with images_door(tmp_path, editor=held.editor, host={"at_once": 1, "waiting": 1}) as door:
        with pytest.raises(RateLimitError):
            await door.openai.images.edit(image=NAMED, prompt="warm", n=4)
        lines = await door.host.runs(LOCAL, RunFilter())
        runs = [await door.host.run(line.id, LOCAL) for line in lines]
        assert [await door.host.paused(run) for run in runs] == [True] * len(runs)
    assert 1 <= len(runs) < 4


ANN, BOB = Principal(name="ann", runs_at_once=1), Principal(name="bob")
GUARD = Guard(tokens={digest("ann-token"): ANN, digest("bob-token"): BOB})


async def test_runs_and_pictures_belong_to_whoever_has_the_token(tmp_path: Path) -> None:
    async with images_door(tmp_path, guard=GUARD, thinker=thinker(GOOD)) as door:
        ann, bob = (door.openai.with_options(api_key=f"{n}-token") for n in ("ann", "bob"))
        with pytest.raises(AuthenticationError):
            await door.openai.images.edit(image=NAMED, prompt="warm")
        raw = await ann.images.with_raw_response.edit(image=NAMED, prompt="warm")
        run_id = raw.headers["x-editloop-run"]
        head = {"authorization": "Bearer bob-token"}
        body = {"prompt": "x", "images": [{"file_id": f"run:{run_id}"}]}
        stolen = await door.http.post(EDITS, json=body, headers=head)
        own = await bob.images.edit(image=NAMED, prompt="warm")
        run = await door.host.run(run_id, LOCAL)
    assert (stolen.status_code, stolen.json()["error"]["param"]) == (404, "image")
    assert run.task.labels["principal"] == "ann"
    assert own.data


async def test_a_callers_share_is_a_rate_limit_for_this_caller_alone(tmp_path: Path) -> None:
    held = Held()
    async with images_door(tmp_path, guard=GUARD, editor=held.editor) as door:
        ann, bob = (door.openai.with_options(api_key=f"{n}-token") for n in ("ann", "bob"))
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: ann.images.edit(image=NAMED, prompt="warm"))
            await held.asked(1)
            with pytest.raises(RateLimitError, match="'ann' may have at once"):
                await ann.images.edit(image=NAMED, prompt="warm")
            group.start_soon(lambda: bob.images.edit(image=NAMED, prompt="warm"))
            await held.asked(2)
            held.let_all()


async def test_a_client_that_leaves_pauses_its_run_which_goes_on_under_its_key(
    tmp_path: Path,
) -> None:
    held = Held(free=1)
    async with images_door(tmp_path, editor=held.editor) as door:
        async with anyio.create_task_group() as group:
            group.start_soon(_asked, door, "k")
            await held.asked(2)
            group.cancel_scope.cancel()
        with anyio.fail_after(60):
            await held.left.wait()
        left = await door.host.wait("last", LOCAL, 20)
        assert await door.host.paused(left)
        held.let_all()
        raw = await door.openai.images.with_raw_response.edit(
            image=NAMED, prompt="warm", extra_headers={"Idempotency-Key": "k"}
        )
        whole = await door.host.run(left.id, LOCAL)
        runs = await door.host.runs(LOCAL, RunFilter())
    assert (left.status, len(left.turns)) == ("open", 1)
    assert raw.headers["x-editloop-run"] == left.id
    assert raw.headers["idempotency-replayed"] == "true"
    assert (whole.status, len(whole.turns), len(runs)) == ("done", 3, 1)
    assert whole.turns[0] == left.turns[0]


async def test_a_run_goes_on_while_one_of_two_clients_waits_for_it(tmp_path: Path) -> None:
    held = Held()
    answers: list[bytes] = []
    async with images_door(tmp_path, editor=held.editor) as door:

        async def stays() -> None:
            answers.append(await _asked(door, "k"))

        async with anyio.create_task_group() as group:
            async with anyio.create_task_group() as leaving:
                leaving.start_soon(_asked, door, "k")
                await held.asked(1)
                group.start_soon(stays)
                await door.waits.are(2)
                leaving.cancel_scope.cancel()
            await door.waits.are(1)
            held.let_all()
        runs = await door.host.runs(LOCAL, RunFilter())
    assert len(answers) == len(runs) == 1
    assert held.entered == 3


async def test_a_client_that_comes_while_the_last_one_is_leaving_gets_its_answer(
    tmp_path: Path,
) -> None:
    editor = Slow()
    answers: list[bytes] = []
    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:

        async def comes() -> None:
            answers.append(await _asked(door, "k"))

        async with anyio.create_task_group() as group:
            async with anyio.create_task_group() as leaving:
                leaving.start_soon(_asked, door, "k")
                await editor.begun.wait()
                leaving.cancel_scope.cancel()
            await editor.leaving.wait()
            group.start_soon(comes)
            await door.waits.are(1)
            editor.let.set()
        runs = await door.host.runs(LOCAL, RunFilter())
    assert len(answers) == len(runs) == 1
    assert b"b64_json" in answers[0]


async def test_the_same_key_gives_the_same_answer_to_the_byte(tmp_path: Path) -> None:
    async with images_door(tmp_path) as door:
        first, second = await _asked(door, "k"), await _asked(door, "k")
        other = await _asked(door, "k2")
        runs = await door.host.runs(LOCAL, RunFilter())
    assert first == second != other
    assert len(runs) == 2


async def test_a_run_that_somebody_pauses_is_a_conflict_and_is_not_begun_anew(
    tmp_path: Path,
) -> None:
    held = Held()

    async def ask(door: Door) -> None:
        client = door.openai.with_options(max_retries=2)
        with pytest.raises(ConflictError, match="was paused"):
            await client.images.edit(image=NAMED, prompt="warm")

    async with images_door(tmp_path, editor=held.editor) as door:
        async with anyio.create_task_group() as group:
            group.start_soon(ask, door)
            await held.asked(1)
            await door.host.pause("last", LOCAL)
        runs = await door.host.runs(LOCAL, RunFilter())
    assert len(runs) == 1


async def test_whoever_waits_when_the_server_ends_is_told_so_and_the_run_is_not_paused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    held = Held()
    async with images_door(tmp_path, editor=held.editor) as door:
        async with anyio.create_task_group() as group:

            async def ask() -> None:
                with pytest.raises(InternalServerError, match="the server is stopping") as told:
                    await door.openai.images.edit(image=NAMED, prompt="warm")
                assert told.value.status_code == 503

            group.start_soon(ask)
            await held.asked(1)
            door.waits.end()
        run = await door.host.run("last", LOCAL)
        paused = await door.host.paused(run)
        held.let_all()
        ended = await door.host.wait(run.id, LOCAL, 20)
    assert (run.status, paused, ended.status) == ("open", False, "done")
    assert "the server is stopping" in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_request_that_is_torn_down_with_the_server_leaves_its_run_alone(
    tmp_path: Path,
) -> None:
    held = Held()
    async with images_door(tmp_path, editor=held.editor) as door:
        transport = httpx2.ASGITransport(door.app)
        async with (
            httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as inside,
            anyio.create_task_group() as group,
        ):
            data = {"prompt": "warm"}
            group.start_soon(partial(inside.post, EDITS, files={"image": NAMED}, data=data))
            await held.asked(1)
            group.cancel_scope.cancel()
        run = await door.host.run("last", LOCAL)
        paused = await door.host.paused(run)
        held.let_all()
        ended = await door.host.wait(run.id, LOCAL, 20)
    assert (paused, ended.status) == (False, "done")


async def test_a_bug_of_ours_is_a_500_that_shows_nothing_of_its_inside(tmp_path: Path) -> None:
    def arriving(_: object) -> None:
        raise ZeroDivisionError("secret")

    async with images_door(tmp_path, routes={"arriving": arriving}) as door:
        with pytest.raises(InternalServerError, match="ZeroDivisionError") as failed:
            await door.openai.images.edit(image=NAMED, prompt="warm")
    assert "secret" not in failed.value.response.text


async def test_a_handle_that_means_nothing_names_the_field(tmp_path: Path) -> None:
    async with images_door(tmp_path) as door:
        said = {"prompt": "x", "images": [{"file_id": "run:nobody"}]}
        missing = await door.http.post(EDITS, json=said)
        none = await door.http.post(EDITS, json={"prompt": "x", "images": [{"file_id": "file-1"}]})
    assert (missing.status_code, missing.json()["error"]["param"]) == (404, "image")
    assert "GET /v1/runs lists yours" in missing.json()["error"]["message"]
    assert (none.status_code, none.json()["error"]["param"]) == (400, "image")


@dataclass
class OneOfTwo:
    """An editor that fails for one seed."""

    name: str = "one of two"
    abilities: Abilities = Abilities(seed=True)  # noqa: RUF009 (frozen)

    async def edit(self, request: EditRequest) -> Edited:
        if request.seed == 1:
            raise EditorRejected("not seed 1")
        return Edited(Picture(png(10), "image/png"))


@dataclass
class Slow:
    """An editor whose first edit takes its time to be broken off."""

    name: str = "slow"
    abilities: Abilities = Abilities(seed=True)  # noqa: RUF009 (frozen)
    begun: anyio.Event = field(default_factory=anyio.Event)
    leaving: anyio.Event = field(default_factory=anyio.Event)
    let: anyio.Event = field(default_factory=anyio.Event)

    async def edit(self, request: EditRequest) -> Edited:
        if not self.begun.is_set():
            self.begun.set()
            try:
                await anyio.sleep_forever()
            finally:
                self.leaving.set()
                with anyio.CancelScope(shield=True):
                    await self.let.wait()
        return Edited(Picture(png(10), "image/png"))


async def _asked(door: Door, key: str = "") -> bytes:
    headers = {"Idempotency-Key": key} if key else {}
    data = {"prompt": "warm"}
    answer = await door.http.post(EDITS, files={"image": NAMED}, data=data, headers=headers)
    return answer.content
