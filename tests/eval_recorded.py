"""What producing and scoring left behind, without what no two runs share: names and times."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from editloop.evals.produce.produced import produced
from editloop.evals.scores import Suite
from editloop.memory import Judgement, Run
from editloop.memory.store import open_store

_TIMES = {"edit_seconds", "think_seconds"}


@dataclass
class Recorded:
    runs: list[Run]
    judgements: list[Judgement]
    produced: list[dict[str, Any]]

    @property
    def plain(self) -> object:
        """What two homes that did the same work have in common."""
        judged = [each.model_dump(exclude={"seconds", "created"}) for each in self.judgements]
        return self.produced, judged

    @property
    def edits(self) -> set[str]:
        return {f"{run.id}:{turn.number}" for run in self.runs for turn in run.turns}

    @property
    def calls(self) -> set[str]:
        return {f"{e.question[:40]}-{e.sample}-{e.attempt}" for e in self.judgements}


def recorded(home: Path, suite: Suite) -> Recorded:
    path = home / "store" / "editloop.db"
    return anyio.run(_recorded, path, suite) if path.exists() else Recorded([], [], [])


async def _recorded(path: Path, suite: Suite) -> Recorded:
    async with open_store(str(path)) as store:
        runs = [await store.run(each.id) for each in await store.runs(limit=1000)]
        made: list[dict[str, Any]] = []
        for each in await produced(store, suite):
            plain = each.model_dump(exclude={"run_id"})
            plain["curve"] = [
                {name: value for name, value in point.items() if name not in _TIMES}
                for point in plain["curve"]
            ]
            made.append(plain)
        return Recorded(runs, list(await store.judging.of(suite=suite)), made)
