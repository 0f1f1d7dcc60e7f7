"""Lists of runs: pages, filters, and whose they are."""

from pathlib import Path

import pytest
from apis import AS_ANN, AS_BOB, TWO, asking
from making import png

pytestmark = pytest.mark.anyio


async def test_pages_follow_each_other_without_gap_or_repetition(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        ids = [(await asked.done())["id"] for _ in range(5)]
        found: list[str] = []
        path = "/v1/runs?limit=2&where=status:done"
        pages = 0
        while path:
            page = await asked.http.get(path)
            pages += 1
            found += [line["id"] for line in page.json()["runs"]]
            await asked.done()  # what begins meanwhile does not move the pages
            link = page.headers.get("link", "")
            path = link.partition("<")[2].partition(">")[0]
            assert bool(path) == bool(page.json()["next"])
            assert 'rel="next"' in link or not path
    assert found == ids[::-1]
    assert pages == 3


async def test_filters_are_those_of_the_command_line(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        warm = await asked.done(session="one", labels='{"kind": "cat"}')
        await asked.done(instruction="cooler")

        async def ids(where: str) -> list[str]:
            page = await asked.http.get("/v1/runs", params={"where": where})
            return [line["id"] for line in page.json()["runs"]]

        for where in ("session:one", "tag:kind=cat", "warm", "status:done warm score>8"):
            assert await ids(where) == [warm["id"]], where
        assert await ids("score<2") == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("where=status:odd", "where"),
        ("where=color=red", "where"),
        ("where=%22", "where"),
        ("limit=0", "invalid"),
        ("limit=101", "invalid"),
        ("limit=x", "invalid"),
        ("cursor=", "cursor"),
        ("cursor=%C3%A9", "cursor"),
        ("cursor=MTpubw", "cursor"),
        ("cursor=MTowMW03enA3MXk4YXYydHQxOTB0NDJqZzFiYQ", "cursor"),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused(
    tmp_path: Path, query: str, code: str
) -> None:
    async with asking(tmp_path) as asked:
        answer = await asked.http.get(f"/v1/runs?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_nobody_sees_or_steers_the_runs_of_others(tmp_path: Path) -> None:
    async with asking(tmp_path, guard=TWO) as asked:
        mine = await asked.done(headers=AS_ANN)
        place = f"/v1/runs/{mine['id']}"
        get, post = asked.http.get, asked.http.post
        theirs = [
            await get(place, headers=AS_BOB),
            await get("/v1/runs/last", headers=AS_BOB),
            await get(f"/v1/runs/{mine['short']}", headers=AS_BOB),
            await get(f"{place}/events", headers=AS_BOB),
            await get(f"{place}/answer", headers=AS_BOB),
            await get(f"{place}/turns/1/image", headers=AS_BOB),
            await get(f"{place}/annotations", headers=AS_BOB),
            await post(f"{place}/annotations", json={"about": "x"}, headers=AS_BOB),
            await post(f"{place}/cancel", headers=AS_BOB),
            await post(f"{place}/resume", headers=AS_BOB),
            await post(f"{place}/fork", headers=AS_BOB),
            await get(mine["image"]["url"], headers=AS_BOB),
            await get(f"{mine['image']['url']}?w=64", headers=AS_BOB),
            await post(
                "/v1/runs",
                json={"image": f"run:{mine['id']}", "instruction": "x"},
                headers=AS_BOB,
            ),
        ]
        own = await get(place, headers=AS_ANN)
        lists = [await get("/v1/runs", headers=who) for who in (AS_ANN, AS_BOB)]
        seen = await get(mine["image"]["url"], headers=AS_ANN)
    assert [answer.status_code for answer in theirs] == [404] * len(theirs)
    assert (own.status_code, seen.status_code) == (200, 200)
    assert [len(each.json()["runs"]) for each in lists] == [1, 0]


async def test_keys_belong_to_whoever_uses_them(tmp_path: Path) -> None:
    key = {"idempotency-key": "same"}
    async with asking(tmp_path, guard=TWO) as asked:
        ann = await asked.begin(headers={**AS_ANN, **key})
        bob = await asked.begin(headers={**AS_BOB, **key})
    assert ann.json()["id"] != bob.json()["id"]


async def test_an_upload_is_its_senders_alone(tmp_path: Path) -> None:
    async with asking(tmp_path, guard=TWO) as asked:
        sent = await asked.http.post("/v1/blobs", content=png(3), headers=AS_ANN)
        url, handle = sent.json()["url"], sent.json()["handle"]
        ann, bob = [await asked.http.get(url, headers=who) for who in (AS_ANN, AS_BOB)]
        body = {"image": handle, "instruction": "x"}
        used = await asked.http.post("/v1/runs", json=body, headers=AS_BOB)
    assert (ann.status_code, bob.status_code) == (200, 404)
    assert used.status_code == 403


async def test_without_a_token_only_probes_are_answered(tmp_path: Path) -> None:
    async with asking(tmp_path, guard=TWO) as asked:
        paths = ["/v1", "/v1/runs", "/metrics", "/openapi.json", "/v1/runs/last/events", "/no"]
        refused = [await asked.http.get(path) for path in paths]
        probes = [await asked.http.get(path) for path in ("/healthz", "/livez", "/readyz")]
    assert [answer.status_code for answer in refused] == [401] * len(paths)
    assert refused[0].headers["content-type"] == "application/problem+json"
    assert refused[0].json()["code"] == "token"
    assert [answer.status_code for answer in probes] == [200] * 3
