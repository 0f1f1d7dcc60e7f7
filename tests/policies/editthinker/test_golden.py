"""The bytes of a request, frozen: the weights know one form of question, and must go on getting it.

Stands on pytest and the package's own dependencies alone, so that it also runs in an environment
with the lowest supported pydantic-ai (`make test-lowest`). If the bytes change on purpose, write
`body_of(...)` into the file; if they change with a version of pydantic-ai, find out why first.
"""

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from chat_server import chat_server, completion

from editloop.policies import Comparison
from editloop.policies.editthinker import EditThinker, Template
from editloop.tools import Picture

pytestmark = pytest.mark.anyio

HERE = Path(__file__).parent
RED = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGP8z8DAwMAAAAYIAQHLR3Z1"
    "AAAAAElFTkSuQmCC"
)
BLUE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGNkYPjPwMAAAAQKAQHOAd3h"
    "AAAAAElFTkSuQmCC"
)
TEMPLATE = Template.read(
    b'<image><image>\n# Judge\nAsked: {original_instruction}\nTold: {rewritten_prompt}\n{"a": 1}\n',
    name="golden",
)
COMPARISON = Comparison(
    source=Picture(RED, "image/png"),
    edited=Picture(BLUE, "image/png"),
    asked='mache es "blau" – 蓝色 {rewritten_prompt}',
    told="make it blue",
    seed=41,
    key="01kd:1",
)
TEXT = "<think>t</think><score>[7, 8]</score><answer>bluer</answer>"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def body_of(comparison: Comparison, *, constrained: bool) -> bytes:
    async with chat_server() as server:
        server.reply = completion(TEXT)
        thinker = EditThinker(
            server.url, model="EditThinker-8B", template=TEMPLATE, constrained=constrained
        )
        async with thinker:
            opinion = await thinker.critique(comparison)
    assert opinion.sample.text == TEXT
    return server.chats[0].body


async def test_the_first_sample_is_the_golden_request_byte_for_byte() -> None:
    body = await body_of(COMPARISON, constrained=False)
    assert body == (HERE / "golden_request.json").read_bytes()


async def test_a_fresh_constrained_sample_is_the_golden_request_byte_for_byte() -> None:
    body = await body_of(replace(COMPARISON, seed=42, sample=2), constrained=True)
    assert body == (HERE / "golden_fresh.json").read_bytes()
