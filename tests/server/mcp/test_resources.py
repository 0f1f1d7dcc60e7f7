"""What can be read by its URI, and by whom."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hosting import Held
from making import png
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp.types import BlobResourceContents, ReadResourceResult, TextResourceContents
from mcp_doors import ERAS, House, facts, house, noise
from PIL import Image

from editloop.memory import Critique, Score
from editloop.policies import ScriptedThinker
from editloop.server.mcp.resources import NOTE

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("era", ERAS)


def blob(found: ReadResourceResult) -> BlobResourceContents:
    (content,) = found.contents
    assert isinstance(content, BlobResourceContents)
    return content


def said(found: ReadResourceResult) -> dict[str, Any]:
    (content,) = found.contents
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == "application/json"
    read: dict[str, Any] = json.loads(content.text)
    return read


async def edited(at: House, client: Client, **more: Any) -> dict[str, Any]:
    edit = {"image": at.photo(), "instruction": "make it warm", **more}
    return facts(await client.call_tool("edit_image", edit))


@both_eras
async def test_a_run_and_its_pictures_can_be_read(tmp_path: Path, era: str) -> None:
    async with house(tmp_path) as at, Client(at.server, mode=era) as client:
        listed = (await client.list_resource_templates()).resource_templates
        run = await edited(at, client)
        base = f"editloop://run/{run['run']}"
        record = said(await client.read_resource(base))
        final = blob(await client.read_resource(f"{base}/final"))
        third = blob(await client.read_resource(f"{base}/turn/3/image"))
        source = blob(await client.read_resource(f"{base}/turn/0/image"))
        by_hash = blob(await client.read_resource(f"editloop://image/{run['output']['sha256']}"))
    assert [each.uri_template for each in listed] == [
        "editloop://run/{run_id}",
        "editloop://run/{run_id}/final",
        "editloop://run/{run_id}/turn/{turn}/image",
        "editloop://image/{sha256}",
    ]
    assert (record["run"], record["status"], len(record["turns"])) == (run["run"], "done", 3)
    assert record["turns"][0]["refined"] == "warmer still"
    assert final.blob == third.blob == by_hash.blob
    assert final.mime_type == "image/png"
    assert base64.b64decode(source.blob) == png(7)


async def test_a_link_in_an_answer_leads_to_its_picture(tmp_path: Path) -> None:
    held = Held(free=1)
    async with house(tmp_path, editor=held.editor) as at, Client(at.server) as client:
        begun = await edited(at, client, wait_seconds=0)
        await held.asked(2)
        early = facts(await client.call_tool("get_run", {"run_id": begun["run"]}))
        picture = blob(await client.read_resource(early["output"]["uri"]))
        with pytest.raises(MCPError, match="has not ended"):
            await client.read_resource(f"editloop://run/{begun['run']}/final")
    assert picture.mime_type == "image/png"


@pytest.mark.parametrize(
    "uri",
    [
        "editloop://run/zzzzzz",
        "editloop://run/zzzzzz/final",
        "editloop://run/last/turn/9/image",
        "editloop://run/last/turn/-1/image",
        "editloop://run/../../etc/passwd",
        f"editloop://image/{'0' * 64}",
        "editloop://image/short",
        "editloop://nothing",
        "file:///etc/passwd",
    ],
)
async def test_what_is_not_there_is_an_error_of_the_caller(tmp_path: Path, uri: str) -> None:
    async with house(tmp_path) as at, Client(at.server) as client:
        await edited(at, client)
        with pytest.raises(MCPError) as caught:
            await client.read_resource(uri)
    assert caught.value.error.code in (-32602, -32603)
    assert "Traceback" not in caught.value.error.message


async def test_a_picture_too_large_for_a_message_is_a_view_that_says_so(tmp_path: Path) -> None:
    async with house(tmp_path) as at, Client(at.server) as client:
        run = await edited(at, client, image=at.photo("loud.png", noise(900)))
        found = blob(await client.read_resource(f"editloop://run/{run['run']}/turn/0/image"))
    meta = found.meta or {}
    assert found.mime_type == "image/jpeg"
    assert len(found.blob) < 900_000
    assert "900x900" in meta[NOTE]
    assert meta["editloop/full"]["mime"] == "image/png"
    with Image.open(io.BytesIO(base64.b64decode(found.blob))) as shown:
        assert shown.width >= 512


async def test_a_run_with_endless_thoughts_can_still_be_read(tmp_path: Path) -> None:
    thought = Critique(
        score=Score(semantic=9, quality=9), reasoning="語" * 2_000_000, refined="語" * 100_000
    )
    async with (
        house(tmp_path, thinker=ScriptedThinker(thought)) as at,
        Client(at.server) as client,
    ):
        run = await edited(at, client)
        found = await client.read_resource(f"editloop://run/{run['run']}")
    assert len(json.dumps(found.model_dump(mode="json", by_alias=True))) < 900_000
    assert said(found)["turns"][0]["reasoning"].startswith("語")
