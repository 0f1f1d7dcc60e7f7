"""What the command line takes until it has answered."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import anyio

from editloop.memory import ImageRef, Run, Stop, StopReason, Task, Turn, new_run_id
from editloop.memory.store import open_store

from .engines import OPINION
from .figures import Figure, Findings
from .measure import Spent, command

QUESTION = "from the key press to the answer of small commands; median of interleaved starts"
_PASS = "python -c pass"
_SQLALCHEMY = "python -c 'import sqlalchemy'"
_RUNS = 200


def measure(*, quick: bool) -> Findings:
    """Start each command and each baseline in turn, several times."""
    with TemporaryDirectory(prefix="editloop-bench-") as name:
        folder = Path(name)
        store = folder / "editloop.db"
        anyio.run(_filled, store, 3 if quick else _RUNS)
        home = {"HOME": name, "XDG_CONFIG_HOME": name, "XDG_DATA_HOME": name, "NO_COLOR": "1"}
        environment = home | {"EDITLOOP_STORE": f"sqlite:///{store}"}
        spent = _interleaved(folder, environment, 1 if quick else 9)
    return Findings(question=QUESTION, figures=_figures(spent))


def _figures(spent: Mapping[str, Sequence[Spent]]) -> list[Figure]:
    rows = (
        ("editloop --help", _PASS, 150.0),
        ("editloop version", _PASS, None),
        ("editloop runs list", _SQLALCHEMY, 350.0),
    )
    return [
        Figure(
            what=f"{name}, {kind}" + (f", {_RUNS} runs in the store" if "runs" in name else ""),
            value=_middle(spent[name], kind),
            unit="ms",
            bare=_middle(spent[baseline], kind),
            baseline=baseline,
            target=target,
        )
        for name, baseline, target in rows
        for kind in ("cpu", "wall")
    ]


def _middle(spent: Sequence[Spent], kind: str) -> float:
    return 1000 * median(each.cpu if kind == "cpu" else each.wall for each in spent)


def _interleaved(
    folder: Path, environment: Mapping[str, str], repeats: int
) -> dict[str, list[Spent]]:
    python = sys.executable
    script = Path(python).with_name("editloop")
    editloop = [str(script)] if script.is_file() else [python, "-m", "editloop"]
    commands = {
        _PASS: [python, "-c", "pass"],
        "editloop version": [*editloop, "version"],
        "editloop --help": [*editloop, "--help"],
        _SQLALCHEMY: [python, "-c", "import sqlalchemy"],
        "editloop runs list": [*editloop, "runs", "list"],
    }
    spent: dict[str, list[Spent]] = {name: [] for name in commands}
    for repeat in range(repeats + 1):
        for name, arguments in commands.items():
            took = command(arguments, cwd=folder, env=environment)
            if repeat:  # the first one fills the caches of bytecode and files
                spent[name].append(took)
    return spent


async def _filled(path: Path, runs: int) -> None:
    """Make a store with runs of two turns each."""
    async with open_store(str(path)) as store:
        for number in range(runs):
            run = Run(
                id=new_run_id(),
                task=Task(source=_picture(number, 0), instruction=f"brighten it, case {number}"),
                created=datetime.now(UTC),
                editor="prepared",
                thinker="prepared",
            )
            await store.opened(run)
            for index in (1, 2):
                turn = Turn(number=index, instruction="go on", edited=_picture(number, index))
                await store.edited(run.id, turn)
                turn = turn.but(critique=OPINION.critique, samples=(OPINION.sample,))
                await store.critiqued(run.id, turn)
                run = run.with_turn(turn)
            await store.closed(run.ended(Stop(reason=StopReason.MAX_TURNS, detail="2 turns"), 1))


def _picture(run: int, turn: int) -> ImageRef:
    name = f"{run:032x}{turn:032x}"
    return ImageRef(sha256=name, media_type="image/png", width=1024, height=1024, size=1_800_000)
