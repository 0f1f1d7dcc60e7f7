"""Real processes: two nodes and a thinker, a client before them, and a signal when it is due."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any, Literal

from PIL import Image, ImageEnhance

from ..measure import ROOT, Fresh, fresh
from ..pictures import numbered, photo
from .command import batch
from .log import Happened, least, read
from .work import SLOTS, Faults, Scenario, Work

NODES = ("node-1", "node-2")
_LOOK = 0.02  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """What one client did in one scenario, and what was there for it to do."""

    client: "Client"
    scenario: Scenario
    work: Work
    happened: Happened
    struck_at: float | None
    """When the signal was sent, on the clock of the log."""

    said: dict[str, Any]
    took: Fresh

    @property
    def least(self) -> float:
        """The shortest span that is possible, faults counted in; seconds."""
        return least(self.scenario, self.work, self.happened, self.struck_at)

    @property
    def ratio(self) -> float:
        """Span by the lower bound."""
        return self.happened.span / self.least

    @property
    def whole(self) -> float:
        """The time of the whole process, its start and end included, by the lower bound."""
        return self.took.spent.wall / self.least

    @property
    def cpu(self) -> float:
        """Seconds of processor time per 100 turns, the start of the process included."""
        return self.took.spent.cpu / len(self.work.edits) * 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """Pictures on disk: the sources, and what the engines answer with."""

    sources: Path
    answers: Path


@contextmanager
def gallery(samples: int, side: int) -> Generator[Gallery]:
    """Make pictures of `side` pixels that are as hard to compress as photographs."""
    with TemporaryDirectory(prefix="editloop-bench-") as name:
        sources, answers = Path(name) / "sources", Path(name) / "answers"
        sources.mkdir()
        answers.mkdir()
        image = photo(side, side)
        data = _png(image)
        for number in range(samples):
            (sources / f"{number}.png").write_bytes(numbered(data, -number - 1))
        edited = ImageEnhance.Color(image).enhance(1.3)
        (answers / "edited.png").write_bytes(_png(edited))
        smaller = ImageEnhance.Brightness(edited).enhance(1.05).resize((side // 2, side // 2))
        (answers / "small.png").write_bytes(_png(smaller))
        (answers / "blank.png").write_bytes(_png(Image.new("RGB", image.size, (127, 127, 127))))
        yield Gallery(sources=sources, answers=answers)


Client = Literal["batch", "ours", "bare"]
"""`editloop batch`; the same by the library, which can count its calls; and barely."""


def fly(client: Client, scenario: Scenario, work: Work, shown: Gallery, *, flying: int) -> Flight:
    """Start the services, run one client before them, and read what happened."""
    with TemporaryDirectory(prefix="editloop-bench-") as name:
        folder = Path(name)
        log = folder / "log"
        with _services(scenario, work, shown, log) as (urls, processes):
            strike = _Strike(scenario, work, log, processes[1])
            try:
                told = {
                    "nodes": dict(zip(NODES, urls[:2], strict=True)),
                    "thinker": urls[2],
                    "samples": work.samples,
                    "seed": work.seed,
                    "sources": str(shown.sources),
                    "folder": str(folder),
                    "flying": flying,
                    "pixels": scenario.pixels,
                }
                if client == "batch":
                    took = batch(told)
                else:
                    took = fresh("faults.clients:fly", client=client, **told)
            finally:
                strike.over()
        return Flight(
            client=client,
            scenario=scenario,
            work=work,
            happened=read(log),
            struck_at=strike.at,
            said=took.value,
            took=took,
        )


class _Strike:
    """Sends a scenario's signal to a node after a quarter of the shortest time."""

    def __init__(
        self, scenario: Scenario, work: Work, log: Path, process: subprocess.Popen[str]
    ) -> None:
        self.at: float | None = None
        self._log, self._process, self._over = log, process, Event()
        self._after = sum(work.edits.values()) / (2 * SLOTS) / 4
        self._signal = getattr(signal, scenario.signal) if scenario.signal else None
        self._thread = Thread(target=self._watch)
        self._thread.start()

    def over(self) -> None:
        """The batch has ended."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        if self._signal is None:
            return
        while not self._over.wait(_LOOK):
            began = read(self._log).began
            if began is not None:
                if not self._over.wait(max(0.0, began + self._after - time.monotonic())):
                    self.at = time.monotonic()
                    os.kill(self._process.pid, self._signal)
                return


@contextmanager
def _services(
    scenario: Scenario, work: Work, shown: Gallery, log: Path
) -> Generator[tuple[list[str], list[subprocess.Popen[str]]]]:
    log.touch()
    common = {"samples": work.samples, "seed": work.seed, "log": str(log)}
    common["pictures"] = str(shown.answers)
    faults: tuple[Faults, Faults] = (scenario.both, scenario.second or scenario.both)
    told: list[tuple[str, dict[str, Any]]] = [
        ("edit", {**common, "name": name, "faults": each.facts()})
        for name, each in zip(NODES, faults, strict=True)
    ]
    told.append(("think", {**common, "name": "thinker", "malformed": scenario.malformed}))
    processes = [_started(kind, each) for kind, each in told]
    try:
        urls = [f"http://127.0.0.1:{_port(process)}" for process in processes]
        yield urls, processes
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                process.kill()  # a stopped one too
            process.communicate()


def _started(kind: str, told: dict[str, Any]) -> subprocess.Popen[str]:
    module = f"{__package__}.services"
    return subprocess.Popen(
        [sys.executable, "-m", module, kind, json.dumps(told)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    said = process.stdout.readline()
    if not said:
        raise RuntimeError("a simulated engine did not start; see its words above")
    return int(said)


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
