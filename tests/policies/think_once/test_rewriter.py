"""The rewriter through the real openai client, against a server on the loopback."""

import base64
import io
import json
from collections.abc import AsyncGenerator, Generator
from typing import Any

import pytest
from loopback import Server, serving
from making import picture, png
from PIL import Image
from pydantic_ai.models import override_allow_model_requests

from editloop.memory import (
    MalformedCritique,
    PictureError,
    SettingsError,
    ThinkerBusy,
    ThinkerRejected,
)
from editloop.policies import Rewriter, Wish
from editloop.policies.think_once import ThinkOnce, at_server
from editloop.tools import Described, Picture

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("loopback")]

WISH = Wish(source=picture(40), asked="make it nicer", seed=7)


@pytest.fixture
def loopback() -> Generator[None]:
    """The loopback counts as no model."""
    with override_allow_model_requests(True):
        yield


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    async with serving() as found:
        yield found


def _completion(text: str, finish_reason: str = "stop") -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "tiny",
        "choices": [{"index": 0, "finish_reason": finish_reason, "message": message}],
        "usage": {"prompt_tokens": 900, "completion_tokens": 30, "total_tokens": 930},
    }


def _at(server: Server, **options: Any) -> ThinkOnce:
    return at_server(f"{server.url}/v1", model="tiny", **options)


async def test_text_then_the_source_alone_are_sent_and_the_answer_is_kept(server: Server) -> None:
    server.says(**_completion('{"Rewritten": "raise the exposure"}'))
    async with _at(server, max_tokens=300) as rewriter:
        found = await rewriter.rewrite(WISH)

    (asked,) = server.asked
    assert asked.path == "/v1/chat/completions"
    text, shown = asked.json["messages"][-1]["content"]
    assert text["text"].endswith('What the user asked for: "make it nicer"')
    kind, data = shown["image_url"]["url"].split(";base64,")
    assert kind == "data:image/jpeg"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (16, 12)
    assert asked.json["seed"] == 7
    assert "temperature" not in asked.json
    assert found.instruction == "raise the exposure"
    assert found.sample.text == '{"Rewritten": "raise the exposure"}'
    assert (found.sample.input_tokens, found.sample.output_tokens) == (900, 30)


async def test_an_answer_without_the_key_is_malformed_and_kept(server: Server) -> None:
    server.says(**_completion("raise the exposure"))
    async with _at(server) as rewriter:
        with pytest.raises(MalformedCritique, match="Rewritten") as caught:
            await rewriter.rewrite(WISH)

    assert caught.value.sample is not None
    assert caught.value.sample.text == "raise the exposure"
    assert caught.value.sample.verdict == "malformed"


async def test_a_cut_answer_is_not_read(server: Server) -> None:
    server.says(**_completion('{"Rewritten": "raise"}', "length"))
    async with _at(server) as rewriter:
        with pytest.raises(MalformedCritique, match="cut short"):
            await rewriter.rewrite(WISH)


@pytest.mark.parametrize(("status", "error"), [(503, ThinkerBusy), (400, ThinkerRejected)])
async def test_a_refusal_is_told_by_its_status_and_asked_once(
    server: Server, status: int, error: type[Exception]
) -> None:
    server.status = status
    server.says(error={"message": "no"})
    async with _at(server) as rewriter:
        with pytest.raises(error):
            await rewriter.rewrite(WISH)

    assert len(server.asked) == 1


async def test_a_source_that_is_no_picture_is_said_to_be_none(server: Server) -> None:
    async with _at(server) as rewriter:
        with pytest.raises(PictureError):
            await rewriter.rewrite(Wish(source=Picture(b"no", "image/png"), asked="red"))

    assert server.asked == []


async def test_large_sources_are_shown_small(server: Server) -> None:
    server.says(**_completion('{"Rewritten": "a"}'))
    wish = Wish(source=Picture(png(9, (800, 200)), "image/png"), asked="a")
    async with _at(server, side=400) as rewriter:
        await rewriter.rewrite(wish)

    url = server.asked[0].json["messages"][-1]["content"][1]["image_url"]["url"]
    assert Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).size == (400, 100)


def test_it_is_a_rewriter_and_says_what_it_is_made_of() -> None:
    rewriter: Rewriter = at_server("http://127.0.0.1:9/v1", model="tiny")
    assert isinstance(rewriter, Described)
    details = dict(rewriter.details)
    assert len(str(details.pop("prompt_sha256"))) == 64
    assert details == {
        "model": "tiny",
        "side": 1024,
        "temperature": None,
        "max_tokens": None,
        "prompt": "editloop",
    }
    assert json.dumps(details)


@pytest.mark.parametrize("limits", [{"side": 8}, {"seconds": 0.0}])
def test_limits_that_make_no_sense_are_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="a rewriter needs"):
        at_server("http://127.0.0.1:9/v1", model="tiny", **limits)
