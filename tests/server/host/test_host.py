"""A host begins runs, has them watched, pauses them and goes on with them."""

from pathlib import Path

import anyio
import pytest
from hosting import GOOD, POLL, SMALL, Held, an_agent, hosted, thinker, wish
from making import critique

from editloop.memory import InputError, KeyReused, LimitReached, RunNotFound
from editloop.memory.store import RunFilter
from editloop.server.host import Bounds, Host, Moment, Wish, best_of
from editloop.server.principals import LABEL, LOCAL, Principal

pytestmark = pytest.mark.anyio

ANN, BOB = Principal(name="ann"), Principal(name="bob")


async def test_a_run_goes_on_in_the_background_until_it_is_good(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        begun = await host.begin(await wish(host), ANN)
        run = await host.wait(begun.run.id, ANN, 20)
    assert (run.status, len(run.turns), run.answer) == ("done", 3, 3)
    assert run.task.labels[LABEL] == "ann"


async def test_waiting_no_longer_than_asked_leaves_the_run_alone(tmp_path: Path) -> None:
    held = Held(free=1)
    async with hosted(tmp_path, editor=held.editor) as host:
        begun = await host.begin(await wish(host), ANN)
        await held.asked(2)
        early = await host.wait(begun.run.id, ANN, 0)
        held.let_all()
        late = await host.wait(begun.run.id, ANN, 20)
    assert (early.status, len(early.turns)) == ("open", 1)
    assert (late.status, len(late.turns)) == ("done", 3)


async def test_moments_are_numbered_by_the_record_and_end_with_the_run(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        begun = await host.begin(await wish(host), ANN)
        found = await _heard(host, begun.run.id)
    numbered = [(m.number, m.name) for m in found if m.number is not None]
    assert numbered == [
        (1, "run.opened"),
        (2, "turn.edited"),
        (3, "turn.completed"),
        (4, "turn.edited"),
        (5, "turn.completed"),
        (6, "turn.edited"),
        (7, "turn.completed"),
        (8, "run.closed"),
    ]


async def test_a_listener_that_comes_back_hears_what_it_missed_and_no_more(tmp_path: Path) -> None:
    held = Held(free=1)
    async with hosted(tmp_path, editor=held.editor) as host:
        begun = await host.begin(await wish(host), ANN)
        await held.asked(2)
        first: list[int] = []
        async with host.moments(begun.run.id, ANN) as moments:
            async for moment in moments:
                first += [moment.number] if moment.number else []
                if moment.number == 2:
                    break
        held.let_all()
        rest = [m.number for m in await _heard(host, begun.run.id, after=2) if m.number]
    assert (first, rest) == ([1, 2], [3, 4, 5, 6, 7, 8])


async def test_a_listener_hears_passing_things_while_they_happen(tmp_path: Path) -> None:
    held = Held(free=1)
    async with hosted(tmp_path, editor=held.editor) as host:
        begun = await host.begin(await wish(host), ANN)
        await held.asked(2)
        with anyio.fail_after(60):
            async with host.moments(begun.run.id, ANN) as moments:
                found = [await anext(moments) for _ in range(4)]
        held.let_all()
    assert [(m.number, m.name) for m in found[2:]] == [
        (3, "turn.completed"),
        (None, "turn.editing"),
    ]
    assert found[3].facts["turn"] == 2


async def test_a_paused_run_is_open_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    held = Held(free=1)
    async with hosted(tmp_path, editor=held.editor) as host:
        begun = await host.begin(await wish(host), ANN)
        await held.asked(2)
        paused = await host.pause(begun.run.id, ANN)
        assert (paused.status, len(paused.turns), host.working) == ("open", 1, 0)
        assert held.left.is_set()  # the edit that was under way is broken off
        assert await host.paused(paused)
        assert (await host.wait(begun.run.id, ANN, 20)).status == "open"  # nothing to wait for
        held.let_all()
        await host.resume(begun.run.id, ANN)
        run = await host.wait(begun.run.id, ANN, 20)
    assert (run.status, [turn.number for turn in run.turns]) == ("done", [1, 2, 3])


async def test_a_run_that_waits_can_be_paused_before_it_begins(tmp_path: Path) -> None:
    held = Held()
    async with hosted(tmp_path, editor=held.editor, host={"at_once": 1}) as host:
        await host.begin(await wish(host), ANN)
        second = await host.begin(await wish(host, shade=2), ANN)
        paused = await host.pause(second.run.id, ANN)
        held.let_all()
        assert await host.paused(paused)
        assert await host.waiting() == 0


async def test_runs_wait_in_the_store_and_the_one_too_many_is_refused(tmp_path: Path) -> None:
    held = Held()
    async with hosted(tmp_path, editor=held.editor, host={"at_once": 1, "waiting": 2}) as host:
        runs = [(await host.begin(await wish(host, shade=n), ANN)).run for n in range(3)]
        with pytest.raises(LimitReached, match="2 runs wait") as refused:
            await host.begin(await wish(host, shade=9), ANN)
        held.let_all()
        ended = [await host.wait(run.id, ANN, 20) for run in runs]
    assert refused.value.retry_after
    assert refused.value.retry_after >= 1
    assert [run.status for run in ended] == ["done"] * 3


async def test_no_more_runs_are_worked_on_than_allowed_however_many_begin(tmp_path: Path) -> None:
    held = Held()
    async with hosted(tmp_path, editor=held.editor, host={"at_once": 2}) as host:
        wishes = [await wish(host, shade=n) for n in range(6)]
        async with anyio.create_task_group() as group:
            for each in wishes:
                group.start_soon(host.begin, each, ANN)
        assert (host.working, await host.waiting()) == (2, 4)
        held.let_all()


async def test_the_same_key_gives_the_same_run(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        made = await wish(host)
        first = await host.begin(made, ANN, key="k")
        again = await host.begin(made, ANN, key="k")
        other = await host.begin(made, BOB, key="k")
    assert (again.run.id, again.again) == (first.run.id, True)
    assert other.run.id != first.run.id


async def test_the_same_key_at_the_same_moment_begins_one_run(tmp_path: Path) -> None:
    held = Held()
    found: set[str] = set()
    async with hosted(tmp_path, editor=held.editor) as host:
        made = await wish(host)

        async def ask() -> None:
            found.add((await host.begin(made, ANN, key="k")).run.id)

        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(ask)
        assert len(await host.runs(ANN, RunFilter())) == 1
        held.let_all()
    assert len(found) == 1


async def test_a_key_of_another_wish_is_refused(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        await host.begin(await wish(host), ANN, key="k")
        with pytest.raises(KeyReused, match="'k'"):
            await host.begin(await wish(host, "make it cold"), ANN, key="k")


async def test_a_fork_begins_from_the_answer_and_says_where_it_comes_from(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        made = await wish(host, labels={"session": "s", "other": "o"})
        first = await host.wait((await host.begin(made, ANN)).run.id, ANN, 20)
        begun = await host.fork(first.id, ANN, instruction="a little less")
        run = begun.run
    assert first.best
    assert run.task.source == first.best.edited
    assert run.task.instruction == "a little less"
    labels = {"session": "s", "parent": first.id, "parent_turn": "3", LABEL: "ann"}
    assert run.task.labels == labels


async def test_a_fork_of_an_open_run_needs_a_turn(tmp_path: Path) -> None:
    held = Held(free=1)
    async with hosted(tmp_path, editor=held.editor) as host:
        begun = await host.begin(await wish(host), ANN)
        await held.asked(2)
        with pytest.raises(InputError, match="still open"):
            await host.fork(begun.run.id, ANN)
        with pytest.raises(InputError, match="no picture of a turn 7"):
            await host.fork(begun.run.id, ANN, turn=7)
        forked = await host.fork(begun.run.id, ANN, turn=1)
        held.let_all()
    assert forked.run.task.labels["parent_turn"] == "1"


async def test_a_caller_sees_its_own_runs_and_nobody_elses(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        mine = (await host.begin(await wish(host), ANN)).run
        theirs = (await host.begin(await wish(host, shade=2), BOB)).run
        for name in (theirs.id, theirs.id[-6:]):
            with pytest.raises(RunNotFound):
                await host.run(name, ANN)
        assert (await host.run("last", ANN)).id == mine.id
        assert [run.id for run in await host.runs(ANN, RunFilter())] == [mine.id]
        assert len(await host.runs(LOCAL, RunFilter())) == 2
        assert await host.may_see(mine.task.source.sha256, ANN)
        assert not await host.may_see(theirs.task.source.sha256, ANN)


async def test_bounds_of_a_run_are_on_record_and_kept(tmp_path: Path) -> None:
    async with hosted(tmp_path, thinker=thinker(SMALL)) as host:
        made = await wish(host, bounds=Bounds(turns=2))
        run = await host.wait((await host.begin(made, ANN)).run.id, ANN, 20)
    assert (len(run.turns), run.settings["turns"]) == (2, 2)


async def test_a_low_target_is_reached_sooner(tmp_path: Path) -> None:
    async with hosted(tmp_path, thinker=thinker(critique(6, 6, "more"), GOOD)) as host:
        made = await wish(host, bounds=Bounds(semantic=5, quality=5))
        run = await host.wait((await host.begin(made, ANN)).run.id, ANN, 20)
    assert len(run.turns) == 1


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"runs_per_minute": 1}, "1 runs a minute"),
        ({"runs_at_once": 1}, "1 runs are open"),
        ({"cost_per_day": 0.0}, r"\$0.00 of \$0.00"),
    ],
)
async def test_a_caller_who_has_had_its_share_is_told_when_to_come_back(
    tmp_path: Path, limits: dict[str, float], said: str
) -> None:
    held = Held()
    ann = Principal(name="ann", **limits)  # type: ignore[arg-type]
    async with hosted(tmp_path, editor=held.editor) as host:
        if "cost_per_day" not in limits:
            await host.begin(await wish(host), ann)
        with pytest.raises(LimitReached, match=said) as refused:
            await host.begin(await wish(host, shade=2), ann)
        await host.begin(await wish(host, shade=3), BOB)
        held.let_all()
    assert refused.value.retry_after
    assert refused.value.retry_after >= 1


async def test_a_wish_without_words_or_with_our_label_is_refused(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        source = (await wish(host)).source
        with pytest.raises(InputError, match="empty"):
            Wish(source=source, instruction=" ")
        with pytest.raises(InputError, match="principal"):
            Wish(source=source, instruction="warm", labels={LABEL: "eve"})


async def test_what_a_person_says_is_kept_in_their_name(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        run = await host.wait((await host.begin(await wish(host), ANN)).run.id, ANN, 20)
        await host.annotate(run.id, ANN, 2, "keeper", True, note="nice")
        with pytest.raises(RunNotFound):
            await host.annotate(run.id, BOB, 2, "keeper", False)
        (said,) = await host.agent.store.annotations(run.id)
    assert (said.turn, said.name, said.value, said.author, said.note) == (
        2,
        "keeper",
        True,
        "ann",
        "nice",
    )


async def _heard(host: object, run_id: str, after: int = 0) -> list[Moment]:
    from editloop.server.host import Host

    assert isinstance(host, Host)
    with anyio.fail_after(60):
        async with host.moments(run_id, ANN, after=after) as moments:
            return [moment async for moment in moments]


async def test_the_best_so_far_is_picked_by_the_rules_that_the_run_was_asked_with(
    tmp_path: Path,
) -> None:
    held, good_then_worse = Held(free=2), thinker(critique(7, 7, "more"), SMALL)
    async with hosted(tmp_path, editor=held.editor, thinker=good_then_worse) as host:
        made = await wish(host, bounds=Bounds(rules="reference", turns=5))
        begun = await host.begin(made, ANN)
        await held.asked(3)
        run = await host.pause(begun.run.id, ANN)
        by_the_run = best_of(host.agent, run)
        by_the_host = host.agent.kit.rules.select.pick(run)
        held.let_all()
    assert (by_the_run and by_the_run.number, by_the_host and by_the_host.number) == (2, 1)


async def test_a_host_that_ends_by_an_error_lets_all_go(tmp_path: Path) -> None:
    held = Held()
    async with an_agent(tmp_path, editor=held.editor) as agent:

        async def ends() -> None:
            async with Host(agent, at_once=1, poll_seconds=POLL).open() as host:
                for shade in range(3):
                    await host.begin(await wish(host, shade=shade), ANN)
                raise ValueError("by an error")

        with anyio.fail_after(20), pytest.raises(ValueError, match="by an error"):
            await ends()
        marks = await agent.store.jobs.marks([each.id for each in await agent.store.runs()])
    assert [(mark.held, mark.wanted) for mark in marks.values()] == [(False, "run")] * 3
