"""A run for every case, once: what is redone, what is not, and when producing stops."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from eval_layouts import LAYOUTS
from making import picture

from editloop.agent.agent import EditAgent
from editloop.agent.settings import Choices, Settings, load
from editloop.agent.wiring import build
from editloop.evals.produce.produced import produced
from editloop.evals.produce.producer import Producer
from editloop.evals.produce.system import only_one, system_of
from editloop.evals.scores import Suite
from editloop.evals.suites.loading import ALL, Choice, read_cases
from editloop.memory import EditorBusy, SettingsError
from editloop.tools import Abilities, Edited, ScriptedEditor

pytestmark = pytest.mark.anyio


def choices(folder: Path, **flags: Any) -> Choices:
    given = {"store": str(folder / "editloop.db"), "turns": 2, **flags}
    return load(given, folder=folder)


def wired(folder: Path, **flags: Any) -> AbstractAsyncContextManager[EditAgent]:
    return build(choices(folder, **flags))


async def work(
    agent: EditAgent, folder: Path, suite: Suite = "imgedit", choice: Choice = ALL, **options: Any
) -> Producer:
    system = system_of(choices(folder), "mine")
    made = Producer(agent=agent, suite=suite, system=system, turns=2, **options)
    async for _ in made.produce(read_cases(suite, folder / "data", choice)):
        pass
    return made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    LAYOUTS["imgedit"](tmp_path / "data", 6)
    return tmp_path


@pytest.mark.parametrize("suite", LAYOUTS)
async def test_every_layout_is_produced_and_then_done(suite: Suite, tmp_path: Path) -> None:
    LAYOUTS[suite](tmp_path / "data", 4)
    async with wired(tmp_path) as agent:
        first = await work(agent, tmp_path, suite)
        assert (first.tally.done, first.tally.before, first.tally.without_picture) == (4, 0, 0)
        again = await work(agent, tmp_path, suite)
        assert (again.tally.done, again.tally.before) == (0, 4)
        found = await produced(agent.kit.store, suite, first.system)
        assert [each.case.name for each in found] == sorted(
            case.name for case in read_cases(suite, tmp_path / "data")
        )
        for each in found:
            assert each.best_at(len(each.curve)) == each.answer_sha256


async def test_several_pictures_of_a_case_go_as_source_and_references(tmp_path: Path) -> None:
    LAYOUTS["kris"](tmp_path / "data", 4)
    async with wired(tmp_path) as agent:
        made = await work(agent, tmp_path, "kris", Choice(category="temporal_prediction"))
        (found,) = await produced(agent.kit.store, "kris", made.system)
        run = await agent.kit.store.run(found.run_id)
    assert (len(run.task.references), len(found.sources)) == (2, 3)
    assert found.sources == (run.task.source.sha256, *(r.sha256 for r in run.task.references))


async def test_seeds_are_runs_of_their_own(data: Path) -> None:
    async with wired(data) as agent:
        await work(agent, data, choice=Choice(limit=2), seeds=2)
        more = await work(agent, data, choice=Choice(limit=2), seeds=3)
        assert (more.tally.done, more.tally.before) == (2, 4)
        found = await produced(agent.kit.store, "imgedit", more.system)
        assert sorted(each.seed for each in found) == [0, 0, 1, 1, 2, 2]


async def test_the_same_case_twice_in_the_data_is_run_once(data: Path) -> None:
    def twice() -> Iterator[Any]:
        for case in read_cases("imgedit", data / "data"):
            yield from (case, case)

    async with wired(data) as agent:
        made = Producer(agent=agent, suite="imgedit", system=system_of(choices(data), "mine"))
        async for _ in made.produce(twice()):
            pass
        assert (made.tally.done, made.tally.before) == (6, 6)


def scripted(agent: EditAgent, editor: ScriptedEditor) -> EditAgent:
    from dataclasses import replace

    kit = replace(agent.kit, editor=editor, retry=replace(agent.kit.retry, wait=0.001, edits=2))
    return replace(agent, kit=kit)


async def test_an_editor_that_is_away_stops_the_work_and_its_cases_are_done_later(
    data: Path,
) -> None:
    async with wired(data) as agent:
        away = scripted(agent, ScriptedEditor(*[EditorBusy("it is away")] * 50))
        stopped = await work(away, data, at_once=1)
        assert (stopped.tally.stopped, stopped.tally.done) == ("editor", 3)
        back = await work(agent, data)
        assert (back.tally.done, back.tally.before) == (6, 0)
        found = await produced(agent.kit.store, "imgedit", back.system)
        assert all(each.answer_sha256 for each in found)


async def test_a_budget_leaves_whole_runs_only(data: Path) -> None:
    costly = ScriptedEditor(
        *[Edited(picture(n), cost=0.25) for n in range(40)], abilities=Abilities(cost=0.25)
    )
    async with wired(data, cost=1.6) as agent:
        made = await work(scripted(agent, costly), data, at_once=1)
        assert made.tally.stopped == "budget"
        assert made.tally.cost <= 1.6
        found = await produced(agent.kit.store, "imgedit", made.system)
        assert found
        assert "budget" not in {each.stop for each in found}


async def test_a_missing_picture_fails_its_case_alone(data: Path) -> None:
    (data / "data" / "human" / "3.png").unlink()
    async with wired(data) as agent:
        made = await work(agent, data)
        assert (made.tally.done, made.tally.failed) == (5, 1)
        assert "3.png" in made.tally.problem


async def test_a_name_stands_for_one_system(data: Path) -> None:
    async with wired(data) as agent:
        await work(agent, data, choice=Choice(limit=1))
        await only_one(agent.kit.store, "imgedit", system_of(choices(data), "mine"))
        other = system_of(choices(data, turns=4), "mine")
        with pytest.raises(SettingsError, match="other settings"):
            await only_one(agent.kit.store, "imgedit", other)


def test_what_changes_no_picture_changes_no_digest(tmp_path: Path) -> None:
    first = system_of(choices(tmp_path))
    assert first == system_of(choices(tmp_path, runs_at_once=3, store="elsewhere.db", cost=4.0))
    assert first.digest != system_of(choices(tmp_path, semantic=9.0)).digest
    assert first.name.startswith("retouch+measured-")
    with pytest.raises(SettingsError, match="letters"):
        system_of(choices(tmp_path), "a/b")


def test_a_name_of_ones_own_is_what_it_stands_for() -> None:
    def of(**given: Any) -> str:
        settings = Settings(**given)
        return system_of(Choices(settings, {})).digest

    address = "images+http://gpu:8000/v1?model=a"
    assert of(editor="fast", backends={"fast": address}) == of(editor=address)
