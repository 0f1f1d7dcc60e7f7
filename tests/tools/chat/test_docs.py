"""The snippets of docs/chat.md run as they stand."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from chatting import Script, edit, refine, scene, script
from pydantic_ai import Agent, BinaryContent

from editloop.agent.wiring import build

pytestmark = pytest.mark.anyio

PAGE = Path(__file__).resolve().parents[3] / "docs" / "chat.md"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the snippets define, for a newcomer with a photo and a key."""
    (tmp_path / "photo.jpg").write_bytes(scene())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EDITLOOP_STORE", str(tmp_path / "runs.db"))
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    snippets = re.findall(
        r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    (tmp_path / "snippets.py").write_text("\n".join(snippets))
    return runpy.run_path(str(tmp_path / "snippets.py"))


def answering(page: dict[str, Any], said: Script) -> Any:
    chat: Agent[None, str] = page["chat"]
    return chat.override(model=said.model)


async def test_the_first_snippet_makes_two_linked_runs(
    page: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    said = script(edit("make it warmer and crop it square"), "1", refine("make it cooler"), "Done.")

    with answering(page, said):
        await page["main"]()

    assert capsys.readouterr().out == "Done.\n"
    async with build() as agent:
        new, old = await agent.store.runs()
        assert (await agent.store.run(new.id)).task.labels["parent"] == old.id


async def test_the_second_snippet_prints_both_halves_of_a_turn(
    page: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(page, script(edit("make it warmer"), "Done.")):
        await page["watched"](BinaryContent(data=scene(), media_type="image/png"))

    edited, criticised = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"1 edited img_[0-9a-f]{10} None None", edited)
    assert re.fullmatch(r"1 criticised img_[0-9a-f]{10} \S+ \S+", criticised)


async def test_the_snippet_of_the_policy_prints_the_picture_of_the_best_turn(
    page: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    await page["looped"](BinaryContent(data=scene(), media_type="image/png"))

    async with build() as agent:
        made = [await agent.store.run(each.id) for each in await agent.store.runs()]
    pictures = {run.best.edited.uri for run in made if run.best and run.best.edited}
    assert capsys.readouterr().out.split()[0] in pictures


def test_every_local_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(((?!https?://)[^)#]+)\)", PAGE.read_text("utf-8"))
    assert [link for link in links if not (PAGE.parent / link).exists()] == []
