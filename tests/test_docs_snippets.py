"""The Python of pages that have no test of their own runs as it stands."""

import ast
import inspect
import re
from importlib.util import find_spec
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from chat_server import chat_server, completion
from making import picture, png

from editloop.memory import SettingsError
from editloop.policies import Comparison, Opinion
from editloop.tools import Edited, EditRequest, Picture, ScriptedEditor

pytestmark = pytest.mark.anyio

DOCS = Path(__file__).resolve().parents[1] / "docs"
TESTED = {"chat.md", "images-api.md"}
HERE = {"editors.md", "pool.md", "thinkers.md", "mcp.md"}


def snippets(page: str) -> list[str]:
    text = (DOCS / page).read_text("utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


async def run(code: str, **names: Any) -> dict[str, Any]:
    """Run what may await at its top; gives what it has named."""
    compiled = compile(code, "page", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert isinstance(compiled, CodeType)
    waiting = eval(compiled, names)
    if inspect.iscoroutine(waiting):
        await waiting
    return names


def test_every_page_with_python_has_a_test() -> None:
    with_python = {page.name for page in DOCS.glob("*.md") if snippets(page.name)}
    assert with_python == TESTED | HERE


async def test_a_pool_takes_replicas_and_lets_them_go() -> None:
    [code] = snippets("pool.md")
    first, second = ScriptedEditor(name="first"), ScriptedEditor(name="second")
    request = EditRequest(Picture(png(5), "image/png"), "warmer")
    done = await run(code, first=first, second=second, request=request)
    assert isinstance(done["edited"], Edited)
    assert [each.name for each in done["pool"].snapshot().replicas] == ["second"]


async def test_a_thinker_is_asked_for_several_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    [code] = snippets("thinkers.md")
    comparison = Comparison(picture(10), picture(20), asked="blue sky", told="a bluer sky")
    score = '{"semantic": 7, "quality": 8}'
    said = f"<think>Pale.</think><score>{score}</score><answer>bluer</answer>"
    async with chat_server() as server:
        server.reply = completion(said)
        done = await run(code.replace("http://gpu-1:8000", server.url), comparison=comparison)
    opinion: Opinion = done["opinion"]
    assert len((opinion.sample, *opinion.also)) == 3


async def test_an_editor_in_process_says_what_to_install_where_it_is_not() -> None:
    [code] = snippets("editors.md")
    source = Picture(png(5), "image/png")
    if find_spec("torch"):
        pytest.skip("torch is installed: this would look for the weights")
    with pytest.raises(SettingsError, match=re.escape("pip install 'editloop[diffusers]'")):
        await run(code, source=source)


async def test_what_is_imported_from_the_mcp_server_is_there() -> None:
    for code in snippets("mcp.md"):
        await run(code)
