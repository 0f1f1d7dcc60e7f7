"""Runs over HTTP."""

from pathlib import Path

import pytest
from apis import asking

pytestmark = pytest.mark.anyio


async def test_a_run_is_begun_and_its_place_is_told(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        begun = await asked.begin()
        run = await asked.http.get(begun.headers["location"], headers={"prefer": "wait=20"})
    assert begun.status_code == 202
    assert begun.json()["status"] == "open"
    assert run.json()["status"] == "done"
    assert run.headers["preference-applied"] == "wait=20"
