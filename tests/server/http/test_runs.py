"""Runs over HTTP: begun, waited for, looked at, stopped, gone on with, forked."""

import base64
import json
from pathlib import Path
from typing import Any

import anyio
import pytest
from apis import asking
from hosting import Held
from making import png

from editloop.tools import Abilities, ScriptedEditor

pytestmark = pytest.mark.anyio

DATA = "data:image/png;base64," + base64.b64encode(png(1)).decode()


async def test_a_run_is_begun_and_its_place_is_told(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        begun = await asked.begin()
        run = await asked.http.get(begun.headers["location"], headers={"prefer": "wait=20"})
    assert begun.status_code == 202
    assert begun.json()["status"] == "open"
    assert run.json()["status"] == "done"
    assert run.headers["preference-applied"] == "wait=20"


async def test_whoever_waits_is_answered_with_the_closed_run(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        answer = await asked.begin(wait=20)
        run = answer.json()
        seen = await asked.http.get(run["image"]["url"])
    assert (answer.status_code, run["status"], run["answer"], run["best"]) == (200, "done", 3, 3)
    assert [turn["number"] for turn in run["turns"]] == [1, 2, 3]
    assert run["turns"][0]["refined"] == run["turns"][1]["instruction"] == "warmer still"
    assert seen.headers["content-type"] == "image/png"
    assert len(seen.content) == run["image"]["size"]


async def test_a_wait_that_is_too_short_is_answered_with_the_run_as_it_is(tmp_path: Path) -> None:
    held = Held(free=1)
    async with asking(tmp_path, editor=held.editor) as asked:
        begun = await asked.begin()
        await held.asked(2)
        place = begun.headers["location"]
        run = await asked.http.get(place, headers={"prefer": "respond-async, wait=0"})
        odd = await asked.http.get(place, headers={"prefer": "wait=soon"})
        held.let_all()
    assert (run.json()["status"], run.json()["best"], run.json()["answer"]) == ("open", 1, None)
    assert odd.status_code == 200
    assert "preference-applied" not in odd.headers


@pytest.mark.parametrize(
    "image", ["handle", "data", "run:last", "last", "sha256"], ids=lambda name: name.split(":")[0]
)
async def test_json_names_its_picture_in_any_way(tmp_path: Path, image: str) -> None:
    async with asking(tmp_path) as asked:
        handle = await asked.put(1)
        if "last" in image:
            await asked.done()
        sha = handle.rpartition("/")[2]
        said = {"handle": handle, "data": DATA, "sha256": f"sha256:{sha}"}.get(image, image)
        said = "last" if said == "run:last" else said
        body = {"image": said, "instruction": "warmer", "seed": 5, "labels": {"a": "b"}}
        answer = await asked.http.post(
            "/v1/runs", json={**body, "session": "s", "bounds": {"turns": 1}, "references": []}
        )
    assert answer.status_code == 202, answer.text
    run = answer.json()
    assert (run["seed"], run["session"]) == (5, "s")
    assert run["labels"] == {"a": "b", "session": "s", "door": "http", "principal": "local"}


async def test_a_form_takes_files_and_texts_for_every_picture(tmp_path: Path) -> None:
    editor = ScriptedEditor(abilities=Abilities(mask=True, references=3))
    async with asking(tmp_path, editor=editor) as asked:
        handle = await asked.put(9)
        answer = await asked.http.post(
            "/v1/runs",
            data={
                "instruction": "warmer",
                "mask": handle,
                "references[]": handle,
                "labels": '{"a": "b"}',
                "bounds": '{"turns": 1}',
                "seed": "7",
            },
            files=[
                ("image", ("a.png", png(1), "image/png")),
                ("references", ("b.png", png(2), "image/png")),
                ("references", ("c.png", png(3), "image/png")),
            ],
        )
        kept = [await asked.put(shade) for shade in (1, 2, 3)]
    run = answer.json()
    assert answer.status_code == 202, answer.text
    assert run["source"]["handle"] == kept[0]
    assert run["mask"]["handle"] == handle
    assert [each["handle"] for each in run["references"]] == [kept[1], kept[2], handle]
    assert (run["seed"], run["labels"]["a"]) == (7, "b")


async def test_what_the_editor_does_not_take_is_refused_before_anything_is_spent(
    tmp_path: Path,
) -> None:
    async with asking(tmp_path) as asked:
        handle = await asked.put(9)
        body = {"image": handle, "instruction": "x", "mask": handle, "references": [handle]}
        answer = await asked.http.post("/v1/runs", json=body)
        listed = await asked.http.get("/v1/runs")
    pointers = [each["pointer"] for each in answer.json()["errors"]]
    assert (answer.status_code, pointers) == (422, ["#/mask", "#/references"])
    assert listed.json()["runs"] == []


async def test_bounds_hold_for_one_run(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        run = await asked.done(bounds=json.dumps({"turns": 1}))
    assert (len(run["turns"]), run["stop"]["reason"]) == (1, "max_turns")


async def test_the_same_request_under_the_same_key_is_one_run(tmp_path: Path) -> None:
    key = {"idempotency-key": '"k 1"'}
    async with asking(tmp_path) as asked:
        first = await asked.begin(headers=key)
        again = await asked.begin(headers=key)
        plain = await asked.begin(headers={"idempotency-key": "k 1"})
        other = await asked.begin(headers=key, instruction="cooler")
        fresh = await asked.begin()
    assert first.json()["id"] == again.json()["id"] == plain.json()["id"] != fresh.json()["id"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


async def test_a_run_that_has_not_changed_is_not_sent_again(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        run = await asked.done()
        place = f"/v1/runs/{run['id']}"
        first = await asked.http.get(place)
        tag = first.headers["etag"]
        same = await asked.http.get(place, headers={"if-none-match": f'"other", {tag}'})
        other = await asked.http.get(place, headers={"if-none-match": '"other"'})
        head = await asked.http.head(place, headers={"if-none-match": tag})
    assert tag.startswith('W/"')
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert (other.status_code, head.status_code) == (200, 304)


@pytest.mark.parametrize("name", ["id", "short", "start", "LAST"])
async def test_a_run_has_several_names(tmp_path: Path, name: str) -> None:
    async with asking(tmp_path) as asked:
        run = await asked.done()
        said = {"short": run["short"], "start": run["id"][:12], "LAST": "LAST"}.get(name, run["id"])
        answer = await asked.http.get(f"/v1/runs/{said}")
    assert answer.json()["id"] == run["id"]


async def test_a_run_is_stopped_and_gone_on_with(tmp_path: Path) -> None:
    held = Held(free=1)
    async with asking(tmp_path, editor=held.editor) as asked:
        begun = await asked.begin()
        place = begun.headers["location"]
        await held.asked(2)
        stopped = await asked.http.post(f"{place}/cancel")
        held.let_all()
        seen = await asked.http.get(place)
        on = await asked.http.post(f"{place}/resume", headers={"prefer": "wait=20"})
        late = await asked.http.post(f"{place}/cancel")
    assert (stopped.status_code, stopped.json()["paused"], stopped.json()["status"]) == (
        200,
        True,
        "open",
    )
    assert seen.json()["paused"] is True
    assert (on.status_code, on.json()["status"], len(on.json()["turns"])) == (200, "done", 3)
    assert late.json()["status"] == "done"


async def test_a_fork_goes_on_from_a_picture_and_says_so(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        run = await asked.done(session="talk")
        place = f"/v1/runs/{run['id']}/fork"
        plain = await asked.http.post(place, headers={"prefer": "wait=20"})
        key = {"idempotency-key": "f", "prefer": "wait=20"}
        body = {"turn": 1, "instruction": "cooler", "seed": 3, "labels": {"mine": "yes"}}
        turned = await asked.http.post(place, json=body, headers=key)
        again = await asked.http.post(place, json=body, headers=key)
        source = await asked.http.post(place, json={"turn": 0})
        none = await asked.http.post(place, json={"turn": 9})
    first, second = plain.json(), turned.json()
    assert first["source"]["sha256"] == run["image"]["sha256"]
    assert first["labels"]["parent"] == run["id"]
    assert first["session"] == second["session"] == "talk"
    assert second["source"]["sha256"] == run["turns"][0]["image"]["sha256"]
    assert (second["instruction"], second["seed"]) == ("cooler", 3)
    assert second["labels"]["parent_turn"] == "1"
    assert second["labels"]["mine"] == "yes"
    assert again.json()["id"] == second["id"]
    assert source.json()["source"]["sha256"] == run["source"]["sha256"]
    assert (none.status_code, none.json()["code"]) == (404, "no_such_turn")


async def test_pictures_of_turns_and_the_answer_are_found(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        run = await asked.done()
        place = f"/v1/runs/{run['id']}"
        source = await asked.http.get(f"{place}/turns/0/image")
        turn = await asked.http.get(f"{place}/turns/2/image?w=64")
        answer = await asked.http.get(f"{place}/answer", follow_redirects=True)
        missing = [await asked.http.get(f"{place}/turns/{n}/image") for n in ("4", "x", "99999")]
    assert (source.status_code, source.headers["location"]) == (302, run["source"]["url"])
    assert turn.headers["location"] == run["turns"][1]["image"]["url"] + "?w=64"
    assert answer.status_code == 200
    assert [each.status_code for each in missing] == [404] * 3


async def test_an_open_run_has_no_answer_yet_unless_it_is_waited_for(tmp_path: Path) -> None:
    held = Held(free=1)
    async with asking(tmp_path, editor=held.editor) as asked:
        begun = await asked.begin()
        place = begun.headers["location"] + "/answer"
        await held.asked(2)
        early = await asked.http.get(place)
        found: list[Any] = []

        async def wait() -> None:
            found.append(await asked.http.get(place, headers={"prefer": "wait=20"}))

        async with anyio.create_task_group() as group:
            group.start_soon(wait)
            held.let_all()
    assert (early.status_code, early.json()["code"]) == (404, "no_picture")
    assert found[0].status_code == 302


async def test_what_is_said_of_a_run_is_kept_and_read(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        run = await asked.done()
        place = f"/v1/runs/{run['id']}/annotations"
        good = await asked.http.post(place, json={"about": "keeper", "value": True, "note": "yes"})
        turn = await asked.http.post(
            place, json={"about": "quality", "value": 7.5, "turn": 2, "kind": "CODE"}
        )
        bad = await asked.http.post(place, json={"about": "keeper", "turn": 9})
        found = await asked.http.get(place)
    assert (good.status_code, turn.status_code, bad.status_code) == (201, 201, 404)
    said = [
        (e["about"], e["value"], e["turn"], e["author"], e["kind"])
        for e in found.json()["annotations"]
    ]
    assert said == [
        ("keeper", True, None, "local", "HUMAN"),
        ("quality", 7.5, 2, "local", "CODE"),
    ]


async def test_a_host_that_only_answers_leaves_runs_to_others(tmp_path: Path) -> None:
    async with asking(tmp_path, rules={"works": False}) as asked:
        run = (await asked.begin()).json()
        alone = await asked.http.get(f"/v1/runs/{run['id']}", headers={"prefer": "wait=0"})
        async with asking(tmp_path) as other:
            done = await other.http.get(f"/v1/runs/{run['id']}", headers={"prefer": "wait=20"})
        seen = await asked.http.get(f"/v1/runs/{run['id']}")
    assert alone.json()["status"] == "open"
    assert done.json()["status"] == seen.json()["status"] == "done"


async def test_where_there_is_no_room_it_is_said_when_there_will_be(tmp_path: Path) -> None:
    held = Held()
    async with asking(tmp_path, editor=held.editor, rules={"at_once": 1, "waiting": 1}) as asked:
        begun = [await asked.begin() for _ in range(3)]
        held.let_all()
    assert [each.status_code for each in begun] == [202, 202, 429]
    problem = begun[2].json()
    assert (problem["code"], problem["retryable"]) == ("limit", True)
    assert int(begun[2].headers["retry-after"]) >= 1
