"""The commands in `docs/http.md` do what the page says."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import anyio.to_thread
import pytest
from apis import asking
from making import png
from PIL import Image

from editloop.server.http.openapi import document
from editloop.server.http.problems import KINDS

pytestmark = pytest.mark.anyio

PAGE = (Path(__file__).parents[3] / "docs" / "http.md").read_text("utf-8")
COMMANDS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
async def test_every_command_of_the_page_works_in_its_turn(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(png(5, (64, 48)))
    said: list[str] = []
    async with asking(tmp_path, server=True) as asked:
        here = str(asked.http.base_url).rstrip("/")
        for command in COMMANDS:
            line = command.replace("http://127.0.0.1:8020", here)
            said.append(await anyio.to_thread.run_sync(_done, line, tmp_path))
    run, _, forked, events, ticket = said
    assert json.loads(run)["status"] == "done"
    with Image.open(tmp_path / "answer.webp") as answer:  # PNG, of the scripted editor
        assert answer.format == "PNG"
    assert (tmp_path / "small.jpg").read_bytes().startswith(b"\xff\xd8\xff")
    assert json.loads(forked)["instruction"] == "a little less bright"
    assert "event: run.closed" in events
    assert "/v1/uploads/" in json.loads(ticket)["url"]


def _done(line: str, folder: Path) -> str:
    found = subprocess.run(
        ["bash", "-ec", line], check=True, cwd=folder, capture_output=True, text=True, timeout=300
    )
    return found.stdout


def test_the_page_names_every_path_and_every_code() -> None:
    for path in document()["paths"]:
        if path.startswith(("/v1/images", "/v1/models")):
            continue
        last = (
            path.replace("{turn}", "{k}").removeprefix("/v1/runs/{run}").removesuffix("/{ticket}")
        )
        assert last in PAGE, path
    inside = {"internal", "editor", "editor_busy", "thinker", "thinker_busy", "store_damaged"}
    unused = {"setting", "budget_spent", "store_version", "unsupported_instruction"}
    for code in {kind.code for kind in KINDS.values()} - inside - unused:
        assert f"`{code}`" in PAGE, code
