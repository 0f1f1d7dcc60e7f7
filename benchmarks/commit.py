"""What it takes to put half a turn on record."""

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVarTuple

import anyio

from editloop.memory import ImageRef, Run, Task, Turn, new_run_id
from editloop.memory.store import open_store

from .bare_database import BareDatabase, BarePostgres, BareSqlite, Row, Statement
from .engines import OPINION
from .figures import Figure, Findings
from .measure import percentile
from .postgres import server

QUESTION = "one half-turn on record"
_TARGET_MS = 3.0
_WARM = 20
_Arguments = TypeVarTuple("_Arguments")


@dataclass(slots=True)
class Taken:
    """Half-turns, in milliseconds."""

    wall: list[float] = field(default_factory=list[float])
    cpu: list[float] = field(default_factory=list[float])

    async def time(
        self, call: Callable[[*_Arguments], Awaitable[object]], *arguments: *_Arguments
    ) -> None:
        """Await a call and note what it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        await call(*arguments)
        self.cpu.append((time.process_time() - cpu) * 1000)
        self.wall.append((time.perf_counter() - wall) * 1000)

    @property
    def mean_cpu(self) -> float:
        """Without the first ones, which fill caches."""
        warm = self.cpu[_WARM:] or self.cpu
        return sum(warm) / len(warm)

    def at(self, share: float) -> float:
        """A percentile of the wall-clock times, without the first ones."""
        return percentile(self.wall[_WARM:] or self.wall, share)


def measure(*, quick: bool) -> Findings:
    """Measure on SQLite, and on PostgreSQL where there is one."""
    turns = 3 if quick else 300
    findings = Findings(question=QUESTION)
    with TemporaryDirectory(prefix="editloop-bench-") as name:
        path = Path(name)
        ours, bare = anyio.run(_on_sqlite, path, turns)
    findings.figures.extend(_figures("SQLite", ours, bare, "sqlite3, WAL, the same rows", True))
    with server() as url:
        if url:
            ours, bare = anyio.run(_on_postgres, url, turns)
            baseline = "asyncpg, the same rows in a transaction"
            findings.figures.extend(_figures("PostgreSQL", ours, bare, baseline, False))
        else:
            findings.notes.append("PostgreSQL was not measured: there are no binaries of it")
    findings.notes.append(f"{2 * turns} half-turns, ours and bare in turn; the first {_WARM} apart")
    return findings


def _figures(where: str, ours: Taken, bare: Taken, baseline: str, aimed: bool) -> Iterator[Figure]:
    for what, value, beside in (
        ("p50", ours.at(0.5), bare.at(0.5)),
        ("p95", ours.at(0.95), bare.at(0.95)),
        ("CPU", ours.mean_cpu, bare.mean_cpu),
    ):
        yield Figure(
            what=f"half-turn commit on {where}, {what}",
            value=value,
            unit="ms",
            bare=beside,
            baseline=baseline,
            target=_TARGET_MS if aimed and what != "p95" else None,
        )


async def _on_sqlite(folder: Path, turns: int) -> tuple[Taken, Taken]:
    async with open_store(str(folder / "bare.db")):
        pass  # the same tables and indexes for the baseline
    with BareSqlite(folder / "ours.db") as ours, BareSqlite(folder / "bare.db") as bare:
        return await _both(str(folder / "ours.db"), ours, bare, turns)


async def _on_postgres(url: str, turns: int) -> tuple[Taken, Taken]:
    async with BarePostgres(url) as bare:
        return await _both(url, bare, bare, turns)


async def _both(
    url: str, written: BareDatabase, bare: BareDatabase, turns: int
) -> tuple[Taken, Taken]:
    """One run of many turns: each half-turn by the store, then its rows again by the driver."""
    ours, theirs = Taken(), Taken()
    run = Run(
        id=new_run_id(),
        task=Task(source=_picture(0), instruction="brighten the shadows by 20 %"),
        created=datetime.now(UTC),
        editor="prepared",
        thinker="prepared",
    )
    twin = _Twin(run.id)
    async with open_store(url) as store:
        await store.opened(run)
        images = await written.rows("SELECT * FROM image")
        runs = await written.rows("SELECT * FROM run WHERE id = ?", run.id)
        await bare.write([*twin.inserts("image", images), *twin.inserts("run", runs)])
        for number in range(1, turns + 1):
            half = Turn(number=number, instruction="go on", edited=_picture(number))
            await ours.time(store.edited, run.id, half)
            statements = await _edit_again(written, twin, number, _picture(number).sha256)
            await theirs.time(bare.write, statements)
            whole = half.but(critique=OPINION.critique, samples=(OPINION.sample,))
            await ours.time(store.critiqued, run.id, whole)
            statements = await _critique_again(written, twin, number)
            await theirs.time(bare.write, statements)
    return ours, theirs


async def _edit_again(
    written: BareDatabase, twin: "_Twin", number: int, sha: str
) -> list[Statement]:
    images = await written.rows("SELECT * FROM image WHERE sha256 = ?", sha)
    where = "run_id = ? AND number = ?"
    turns = await written.rows(f"SELECT * FROM turn WHERE {where}", twin.run, number)
    count = ("UPDATE run SET turns = ? WHERE id = ?", [number, twin.name])
    return [*twin.inserts("image", images), *twin.inserts("turn", turns), count]


async def _critique_again(written: BareDatabase, twin: "_Twin", number: int) -> list[Statement]:
    where = "run_id = ? AND turn_number = ?"
    samples = await written.rows(f"SELECT * FROM sample WHERE {where}", twin.run, number)
    score = OPINION.critique.score
    assert score is not None
    values = [score.semantic, score.quality, OPINION.critique.reasoning, OPINION.critique.refined]
    fill = "UPDATE turn SET semantic = ?, quality = ?, reasoning = ?, refined = ?"
    place = [twin.name, number]
    return [
        *twin.inserts("sample", samples),
        (f"{fill} WHERE run_id = ? AND number = ?", [*values, *place]),
    ]


class _Twin:
    """The same rows under other names, so that both fit into one database."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.name = new_run_id()

    def inserts(self, table: str, rows: list[Row]) -> list[Statement]:
        """The statements that write the rows of ours for the twin."""
        marks = [", ".join("?" * len(row)) for row in rows]
        return [
            (
                f"INSERT INTO {table} ({', '.join(row)}) VALUES ({mark})",
                [self._renamed(value) for value in row.values()],
            )
            for row, mark in zip(rows, marks, strict=True)
        ]

    def _renamed(self, value: object) -> object:
        if value == self.run:
            return self.name
        return f"b{value[1:]}" if isinstance(value, str) and len(value) == 64 else value


def _picture(number: int) -> ImageRef:
    name = f"a{number:063x}"
    return ImageRef(sha256=name, media_type="image/png", width=1024, height=1024, size=1_800_000)
