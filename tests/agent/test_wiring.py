"""Settings in, a wired agent out."""

from pathlib import Path

import pytest
from making import png

from editloop.agent import Settings, build, editors, thinkers
from editloop.agent.addresses import parse
from editloop.memory import SettingsError

pytestmark = pytest.mark.anyio


async def test_the_defaults_make_an_agent_that_edits(tmp_path: Path) -> None:
    async with build(Settings(store=f"{tmp_path}/runs.db")) as agent:
        run = await agent.run(await agent.task(png(100, (64, 48)), "crop to a square"))
        assert (run.editor, run.thinker) == ("retouch", "measured")
        best = run.best
        assert best is not None
        assert best.edited is not None
        assert (best.edited.width, best.edited.height) == (48, 48)
        assert run.settings["turns"] == 5


async def test_the_store_remembers_between_two_agents(tmp_path: Path) -> None:
    settings = Settings(store=f"{tmp_path}/runs.db")
    async with build(settings) as agent:
        run = await agent.run(await agent.task(png(100, (64, 48)), "flip it horizontally"))
    async with build(settings) as agent:
        assert await agent.kit.store.run(run.id) == run


def test_an_unknown_engine_is_named_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"no editor 'gimp'; there is retouch, .* or a hosted"):
        editors.made(*parse("gimp"))
    with pytest.raises(SettingsError, match="no thinker 'hal'; there is measured"):
        thinkers.made(*parse("hal"))


def test_a_hosted_editor_is_found_by_provider_and_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    editor = editors.made(*parse("openai:gpt-image-2"), cost=0.05)
    assert editor.name == "openai:gpt-image-2"
    assert editor.abilities.cost == 0.05


def test_a_hosted_editor_without_a_key_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        editors.made(*parse("openai:gpt-image-2"))
