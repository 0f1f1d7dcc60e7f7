"""What is found out before the first critique."""

import json

import pytest
from chat_server import ChatServer, Reply, models, refusal

from editloop.memory import EditloopError, SettingsError, ThinkerBusy, ThinkerError
from editloop.policies import Comparison
from editloop.policies.editthinker import EditThinker

pytestmark = pytest.mark.anyio


async def test_the_only_model_of_a_server_is_taken(server: ChatServer) -> None:
    server.models = models("some-vlm")
    async with EditThinker(server.url) as thinker:
        assert thinker.details["model"] == "some-vlm"
    assert [asked.line for asked in server.looks] == ["GET /v1/models HTTP/1.1"]


async def test_a_server_whose_model_is_named_is_asked_nothing(server: ChatServer) -> None:
    async with EditThinker(server.url, model="given") as thinker:
        assert thinker.details["model"] == "given"
    assert server.looks == []


async def test_of_several_models_one_must_be_chosen(server: ChatServer) -> None:
    server.models = models("a", "b")
    with pytest.raises(SettingsError, match="choose one: a, b"):
        async with EditThinker(server.url):
            pass


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (models(), SettingsError, "names no model"),
        (Reply(b"<html>", media_type="text/html"), ThinkerError, "does not look like vLLM"),
        (Reply(b"[]"), ThinkerError, "does not look like vLLM"),
        (Reply(json.dumps({"data": [1]}).encode()), ThinkerError, "does not look like vLLM"),
        (Reply(b"no", status=404), ThinkerError, "answered 404: it does not look like vLLM"),
        (Reply(b"", status=302), ThinkerError, "answered 302"),
        (refusal(401, "who?"), ThinkerError, "give the server's key"),
        (refusal(503, "loading"), ThinkerBusy, "not ready"),
        (refusal(429, "slow"), ThinkerBusy, "not ready"),
        (Reply(b"x" * 100, cut=True), ThinkerBusy, "cannot be reached"),
        (Reply(b"[" * 2_000_000), ThinkerError, "does not look like vLLM"),
    ],
)
async def test_a_server_that_names_no_model_is_explained(
    reply: Reply, kind: type[EditloopError], says: str, server: ChatServer
) -> None:
    server.models = reply
    with pytest.raises(EditloopError, match=says) as caught:
        async with EditThinker(server.url):
            pass
    assert type(caught.value) is kind


async def test_a_server_that_is_away_may_be_tried_again(free_tcp_port: int) -> None:
    with pytest.raises(ThinkerBusy, match="cannot be reached"):
        async with EditThinker(f"http://127.0.0.1:{free_tcp_port}"):
            pass


@pytest.mark.parametrize(
    "wrong",
    [
        {"samples": 0},
        {"samples": 65},
        {"temperature": -0.1},
        {"fresh_temperature": 2.1},
        {"samples": 2, "fresh_temperature": 0.0},
        {"max_tokens": 0},
        {"max_pixels": 0},
        {"seconds": 0},
    ],
)
def test_numbers_that_make_no_sense_are_refused_before_anything_is_sent(
    wrong: dict[str, float],
) -> None:
    with pytest.raises(SettingsError):
        EditThinker("http://localhost:8000", **wrong)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("url", ["gpu-1:8000", "ftp://gpu-1", "http://", "", "8000"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="address"):
        EditThinker(url)


async def test_a_thinker_that_is_not_open_says_so(comparison: Comparison) -> None:
    with pytest.raises(SettingsError, match="async with"):
        await EditThinker("http://localhost:8000", model="m").critique(comparison)
