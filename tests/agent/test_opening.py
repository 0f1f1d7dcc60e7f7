"""Engines behind addresses, opened against servers on the loopback."""

import json
from collections.abc import AsyncGenerator

import pytest
from loopback import Asked, Server, serving
from making import picture

from editloop.agent import detect
from editloop.agent.addresses import Address, parse
from editloop.agent.opening import editor_at, thinker_at
from editloop.memory import EditorBusy, SettingsError
from editloop.tools import EditRequest
from editloop.tools.pool import EditorPool

pytestmark = pytest.mark.anyio

NOWHERE = "http://127.0.0.1:1"


def says(server: Server, **paths: object) -> None:
    """Answer these paths with JSON, all others with 404."""

    def reply(asked: Asked) -> tuple[int, str, bytes | None]:
        body = paths.get(asked.path.strip("/").replace("/", "_"))
        status = 404 if body is None else 200
        return status, "application/json", json.dumps(body or {"detail": "Not Found"}).encode()

    server.replies = reply


def models(*names: str) -> dict[str, object]:
    return {"object": "list", "data": [{"id": name} for name in names]}


@pytest.fixture
async def other() -> AsyncGenerator[Server]:
    async with serving() as server:
        yield server


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    async with serving() as server:
        yield server


async def found(*texts: str) -> tuple[Address, ...]:
    return await detect.editors(parse(",".join(texts)))


async def test_a_server_that_names_its_model_speaks_images(server: Server) -> None:
    says(server, v1_models=models("flux"))
    (address,) = await found(server.url)
    assert (address.kind, address.options) == ("images", {"model": "flux"})


async def test_a_server_of_ours_is_spoken_to_in_its_own_dialect(server: Server) -> None:
    says(server, v1_models={"data": [{"id": "flux", "owned_by": "editloop"}]})
    (address,) = await found(server.url)
    assert address.options == {"model": "flux", "dialect": "editloop"}


async def test_a_server_of_several_models_wants_one_to_be_chosen(server: Server) -> None:
    says(server, v1_models=models("flux", "qwen"))
    with pytest.raises(SettingsError, match=r"2 models, flux, qwen: say which with \?model=NAME"):
        await found(server.url)
    (address,) = await found(f"{server.url}?model=qwen")
    assert (address.kind, address.options) == ("images", {"model": "qwen"})


async def test_a_health_page_with_the_official_keys_is_an_official_service(server: Server) -> None:
    says(server, health={"status": "healthy", "gpu_manager_ready": False})
    (address,) = await found(server.url)
    assert (address.kind, address.options) == ("editthinker", {"preset": "plain"})
    (address,) = await found(f"{server.url}?preset=longcat")
    assert address.options == {"preset": "longcat"}


async def test_a_server_that_is_something_else_is_named(server: Server) -> None:
    with pytest.raises(SettingsError, match="neither /v1/models nor /health is that of an edit"):
        await found(server.url)


async def test_a_server_that_is_away_is_taken_for_what_its_neighbours_are(server: Server) -> None:
    says(server, v1_models=models("flux"))
    first, second = await found(NOWHERE, server.url)
    assert (first.kind, first.options, first.place) == ("images", {"model": "flux"}, NOWHERE)
    assert second.kind == "images"
    with pytest.raises(EditorBusy, match="cannot be reached, so nothing is known of it"):
        await found(NOWHERE)


async def test_several_addresses_are_one_editor_that_names_who_did_it(
    server: Server, other: Server
) -> None:
    for each in (server, other):
        each.status = 503
    text = ",".join(f"editthinker+{each.url}?bound=1" for each in (server, other))
    async with editor_at(text) as editor:
        assert isinstance(editor, EditorPool)
        assert editor.name == "pool"
        replicas = editor.snapshot().replicas
        assert [r.name for r in replicas] == [
            each.url.removeprefix("http://") for each in (server, other)
        ]
        assert [r.bound for r in replicas] == [1, 1]
        with pytest.raises(EditorBusy):
            await editor.edit(EditRequest(picture(1), "warmer"))
    assert len(server.asked) == len(other.asked) == 1


async def test_the_same_editor_twice_has_two_names() -> None:
    async with editor_at("retouch,retouch") as editor:
        assert isinstance(editor, EditorPool)
        assert [r.name for r in editor.snapshot().replicas] == ["retouch #1", "retouch #2"]


async def test_a_thinker_that_is_away_has_the_model_of_its_neighbours(server: Server) -> None:
    says(server, v1_models=models("EditThinker-8B"))
    addresses = parse(f"editthinker+{NOWHERE},editthinker+{server.url}")
    assert [a.options for a in await detect.thinkers(addresses)] == [
        {"model": "EditThinker-8B"}
    ] * 2
    async with thinker_at(f"{NOWHERE},{server.url}") as thinker:
        assert thinker.name == "pool"
