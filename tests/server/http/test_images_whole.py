"""The images door inside the whole application: beside `/v1/runs`, behind the gate."""

from pathlib import Path

import anyio
import pytest
from apis import AS_ANN, AS_BOB, TWO, asking
from hosting import GOOD, Held, thinker
from images_door import EDITS
from making import png
from openai import AsyncOpenAI, NotFoundError

from editloop.agent.scope import helpers
from editloop.server.principals import LOCAL

pytestmark = pytest.mark.anyio

FILES = {"image": ("a.png", png(200), "image/png")}


async def test_an_address_leads_to_the_picture_where_no_token_is_needed(tmp_path: Path) -> None:
    data = {"prompt": "warm", "response_format": "url", "output_format": "jpeg"}
    async with asking(tmp_path, thinker=thinker(GOOD)) as asked:
        answer = await asked.http.post(EDITS, files=FILES, data=data)
        picture = await asked.http.get(answer.json()["data"][0]["url"])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    assert picture.content.startswith(b"\xff\xd8\xff")


async def test_no_address_is_given_where_a_token_is_needed(tmp_path: Path) -> None:
    data = {"prompt": "warm", "response_format": "url"}
    async with asking(tmp_path, guard=TWO, thinker=thinker(GOOD)) as asked:
        answer = await asked.http.post(EDITS, files=FILES, data=data, headers=AS_ANN)
    assert answer.json()["error"]["param"] == "response_format"


async def test_a_run_of_this_door_is_a_run_like_any_other(tmp_path: Path) -> None:
    async with asking(tmp_path, guard=TWO, thinker=thinker(GOOD)) as asked:
        answer = await asked.http.post(EDITS, files=FILES, data={"prompt": "warm"}, headers=AS_ANN)
        run_id = answer.headers["x-editloop-run"]
        own = await asked.http.get(f"/v1/runs/{run_id}", headers=AS_ANN)
        listed = await asked.http.get("/v1/runs?where=tag:door=images", headers=AS_ANN)
        others = await asked.http.get(f"/v1/runs/{run_id}", headers=AS_BOB)
        body = {"prompt": "less", "images": [{"file_id": f"run:{run_id}"}]}
        further = await asked.http.post(EDITS, json=body, headers=AS_ANN)
        stolen = await asked.http.post(EDITS, json=body, headers=AS_BOB)
    assert own.json()["labels"]["door"] == "images"
    assert [line["id"] for line in listed.json()["runs"]] == [run_id]
    assert (others.status_code, stolen.status_code) == (404, 404)
    assert further.status_code == 200, further.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", EDITS, 405),
        ("POST", "/v1/images/nothing", 404),
        ("DELETE", "/v1/models", 405),
        ("GET", "/v1/models/editloop/nothing", 404),
        ("POST", "/v1/images/generations", 404),
    ],
)
async def test_what_is_not_here_is_said_in_openais_words(
    tmp_path: Path, method: str, path: str, status: int
) -> None:
    async with asking(tmp_path) as asked:
        answer = await asked.http.request(method, path)
    error = answer.json()["error"]
    assert answer.status_code == status
    assert {*error} == {"message", "type", "param", "code"}
    assert error["message"]


async def test_a_server_that_stops_in_order_tells_whoever_waits(tmp_path: Path) -> None:
    held = Held()
    answers: list[int] = []
    async with asking(tmp_path, editor=held.editor, server=True) as asked:

        async def ask() -> None:
            answer = await asked.http.post(EDITS, files=FILES, data={"prompt": "warm"})
            answers.append(answer.status_code)

        async with helpers() as group:
            group.start_soon(ask)
            await held.asked(1)
            asked.inside.end()
            run = await asked.host.run("last", LOCAL)
            while not answers:
                await anyio.lowlevel.checkpoint()
            paused = await asked.host.paused(run)
    assert (answers, paused) == ([503], False)


async def test_the_official_client_asks_the_whole_application(tmp_path: Path) -> None:
    async with (
        asking(tmp_path, guard=TWO, server=True) as asked,
        AsyncOpenAI(base_url=f"{asked.http.base_url}/v1", api_key="a-token") as client,
    ):
        stream = await client.images.edit(
            image=("a.png", png(200)), prompt="warm", stream=True, partial_images=3
        )
        kinds = [event.type async for event in stream]
    assert kinds == ["image_edit.partial_image"] * 3 + ["image_edit.completed"]


async def test_an_official_client_that_is_lost_is_told_where_to_ask(tmp_path: Path) -> None:
    async with asking(tmp_path, server=True) as asked:
        here = str(asked.http.base_url).rstrip("/")
        async with AsyncOpenAI(base_url=here, api_key="none", max_retries=0) as client:
            with pytest.raises(NotFoundError, match="so base_url ends in /v1") as edit:
                await client.images.edit(image=("a.png", png(200)), prompt="warm")
        async with AsyncOpenAI(base_url=f"{here}/v1", api_key="none") as client:
            with pytest.raises(NotFoundError, match="find /v1/images and /v1/models here"):
                await client.embeddings.create(model="x", input="y")
    assert edit.value.code == "not_found"
