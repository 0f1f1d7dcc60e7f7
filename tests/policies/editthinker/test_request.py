"""What goes over the wire for one critique."""

import base64
import hashlib
from dataclasses import replace

import anyio
import pytest
from chat_server import ChatServer, completion
from making import picture

from editloop.memory import MalformedCritique
from editloop.policies import Comparison
from editloop.policies.editthinker import EditThinker, Template

pytestmark = pytest.mark.anyio

WHOLE = '<think>t</think><score>{"semantic": 7, "quality": 8}</score><answer>warmer</answer>'


@pytest.fixture(autouse=True)
def _answering(server: ChatServer) -> None:
    server.reply = completion(WHOLE)


async def test_one_user_message_shows_the_original_the_edit_and_then_the_text(
    server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    await thinker.critique(comparison)
    (message,) = server.chats[0].json["messages"]
    first, second, text = message["content"]
    assert message["role"] == "user"
    assert _bytes_of(first) == comparison.source.data
    assert _bytes_of(second) == comparison.edited.data
    assert text == {
        "type": "text",
        "text": Template.default().render(asked="blue sky", told="a bluer sky"),
    }


async def test_a_picture_is_named_by_the_hash_of_the_bytes_that_are_sent(
    server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    await thinker.critique(replace(comparison, source_sha256="0" * 64))
    first, second, _ = server.chats[0].json["messages"][0]["content"]
    assert first["uuid"] == hashlib.sha256(comparison.source.data).hexdigest()
    assert second["uuid"] == hashlib.sha256(comparison.edited.data).hexdigest()


async def test_pictures_have_no_names_when_the_server_would_not_take_them(
    server: ChatServer, comparison: Comparison
) -> None:
    async with EditThinker(server.url, uuids=False) as thinker:
        await thinker.critique(comparison)
    parts = server.chats[0].json["messages"][0]["content"]
    assert not any("uuid" in part for part in parts)


async def test_nothing_is_sent_beside_what_is_documented(
    server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    await thinker.critique(comparison)
    body = server.chats[0].json
    del body["messages"]
    assert body == {
        "model": "EditThinker-8B",
        "max_tokens": 4096,
        "temperature": 0.0,
        "seed": 0,
        "stream": False,
    }


async def test_a_fresh_sample_differs_in_seed_and_temperature_and_nothing_else(
    server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    await thinker.critique(comparison)
    await thinker.critique(replace(comparison, seed=1, sample=2))
    one, two = (asked.body for asked in server.chats)
    assert (server.chats[1].json["seed"], server.chats[1].json["temperature"]) == (1, 0.7)
    assert one.replace(b'"seed":0,"temperature":0.0', b'"seed":1,"temperature":0.7') == two


async def test_the_same_sample_is_the_same_request_byte_for_byte(
    server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    await thinker.critique(comparison)
    await thinker.critique(comparison)
    assert server.chats[0].body == server.chats[1].body


@pytest.mark.parametrize(
    "name", ["Qwen/Qwen3-VL-8B-Thinking", "gpt-oss-20b", "deepseek-v4-vl", "o3", "mistral-small"]
)
async def test_the_name_of_the_model_changes_nothing_but_itself(
    name: str, server: ChatServer, comparison: Comparison
) -> None:
    async with EditThinker(server.url, model="EditThinker-8B") as thinker:
        await thinker.critique(comparison)
    async with EditThinker(server.url, model=name) as thinker:
        opinion = await thinker.critique(comparison)
    one, two = (asked.body for asked in server.chats)
    assert one.replace(b'"EditThinker-8B"', f'"{name}"'.encode()) == two
    assert opinion.critique.reasoning == "t"


async def test_what_is_none_is_left_to_the_server(
    server: ChatServer, comparison: Comparison
) -> None:
    async with EditThinker(server.url, temperature=None, max_tokens=None) as thinker:
        await thinker.critique(comparison)
    assert not {"temperature", "max_tokens", "max_completion_tokens"} & set(server.chats[0].json)


@pytest.mark.parametrize("seed", [2**31, 2**63 + 5, -1])
async def test_any_seed_is_brought_to_one_that_servers_take(
    seed: int, server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    opinion = await thinker.critique(replace(comparison, seed=seed))
    sent = server.chats[0].json["seed"]
    assert 0 <= sent < 2**31
    assert opinion.sample.seed == sent


async def test_a_constrained_thinker_sends_the_format_as_a_regular_expression(
    server: ChatServer, comparison: Comparison
) -> None:
    async with EditThinker(server.url, constrained=True) as thinker:
        await thinker.critique(comparison)
        server.reply = completion("as you like")
        with pytest.raises(MalformedCritique, match="may not know structured_outputs"):
            await thinker.critique(comparison)
    assert server.chats[0].json["structured_outputs"]["regex"].startswith("<think>")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("{}", "/v1/chat/completions"),
        ("{}/", "/v1/chat/completions"),
        ("{}/v1", "/v1/chat/completions"),
        ("{}/v1/", "/v1/chat/completions"),
        ("{}/v1/chat/completions?x=1#y", "/v1/chat/completions"),
        ("{}/proxy/thinker", "/proxy/thinker/v1/chat/completions"),
    ],
)
async def test_an_address_is_taken_with_and_without_v1(
    url: str, path: str, server: ChatServer, comparison: Comparison
) -> None:
    async with EditThinker(url.format(server.url)) as thinker:
        await thinker.critique(comparison)
    assert server.chats[0].path == path


async def test_the_key_is_sent_and_is_in_no_record(
    server: ChatServer, comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "acme")
    async with EditThinker(server.url, key="s3cret") as thinker:
        await thinker.critique(comparison)
        assert "s3cret" not in str(thinker.details)
    assert server.looks[0].headers["authorization"] == "Bearer s3cret"
    assert server.chats[0].headers["authorization"] == "Bearer s3cret"
    assert "openai-organization" not in server.chats[0].headers


async def test_the_key_of_vllm_is_taken_from_its_usual_variable(
    server: ChatServer, comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_API_KEY", "from the shell")
    async with EditThinker(server.url) as thinker:
        await thinker.critique(comparison)
    assert server.chats[0].headers["authorization"] == "Bearer from the shell"


async def test_a_password_in_the_address_is_in_no_record(server: ChatServer) -> None:
    url = server.url.replace("http://", "http://me:s3cret@")
    async with EditThinker(url, model="m") as thinker:
        assert thinker.details["server"] == f"{server.url}/v1"


async def test_the_record_says_what_made_the_critique(server: ChatServer) -> None:
    async with EditThinker(server.url, fresh_temperature=0.9, max_pixels=512 * 512) as thinker:
        details = thinker.details
    assert details == {
        "server": f"{server.url}/v1",
        "model": "EditThinker-8B",
        "template": "editloop",
        "template_sha256": Template.default().digest,
        "samples": 1,
        "temperature": 0.0,
        "fresh_temperature": 0.9,
        "max_tokens": 4096,
        "constrained": False,
        "max_pixels": 512 * 512,
    }


async def test_two_critiques_at_once_do_not_mix_their_pictures_up(
    server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    other = replace(comparison, edited=picture(30), told="of another critique")
    async with anyio.create_task_group() as group:
        group.start_soon(thinker.critique, comparison)
        group.start_soon(thinker.critique, other)
    contents = [asked.json["messages"][0]["content"] for asked in server.chats]
    pairs = {(_bytes_of(parts[1]), "of another critique" in parts[2]["text"]) for parts in contents}
    assert (comparison.edited.data, False) in pairs
    assert len(pairs) == 2


def _bytes_of(part: dict[str, dict[str, str]]) -> bytes:
    head, data = part["image_url"]["url"].split(",", 1)
    assert head == "data:image/png;base64"
    return base64.b64decode(data)
