"""What the whole embedded edit takes: `retouch` edits, `measured` looks."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio

from .figures import Figure, Findings
from .measure import fresh
from .pictures import jpeg

QUESTION = "a photograph through the whole embedded loop, in a fresh process"
INSTRUCTION = "brighten the shadows by 20%, make it slightly warmer and crop to 4:5"
_BASELINE = "fresh process: decode, one point(), encode as JPEG"


def measure(*, quick: bool) -> Findings:
    """Edit a photograph for the screen and one from a camera."""
    findings = Findings(question=QUESTION)
    sizes = ((160, 120),) if quick else ((1280, 960), (4000, 3000))
    for width, height in sizes:
        with TemporaryDirectory(prefix="editloop-bench-") as name:
            photo = Path(name) / "photo.jpg"
            photo.write_bytes(jpeg(width, height))
            findings.figures.extend(_compared(photo, name, f"{width} x {height}", findings.notes))
    findings.notes.append(f"asked for: {INSTRUCTION}")
    return findings


def _compared(photo: Path, folder: str, size: str, notes: list[str]) -> list[Figure]:
    bare = fresh("embedded:point", photo=str(photo))
    ours = fresh("embedded:edit", photo=str(photo), folder=folder)
    turns = ours.value["turns"]
    notes.append(f"{size}: {turns} turns, ended with {ours.value['stop']}")
    rows: tuple[tuple[str, float, float, str], ...] = (
        ("wall clock", ours.spent.wall, bare.spent.wall, "s"),
        ("CPU", ours.spent.cpu, bare.spent.cpu, "s"),
        ("CPU per turn", ours.spent.cpu / turns, bare.spent.cpu, "s"),
        ("peak RSS", ours.peak_rss, bare.peak_rss, "MB"),
    )
    return [
        Figure(what=f"{size}, {name}", value=value, unit=unit, bare=beside, baseline=_BASELINE)
        for name, value, beside, unit in rows
    ]


def edit(photo: str, folder: str) -> dict[str, Any]:
    """Run the task as the command line would."""
    return anyio.run(_edit, Path(photo), Path(folder))


async def _edit(photo: Path, folder: Path) -> dict[str, Any]:
    from editloop.agent import Settings, build

    settings = Settings(store=f"sqlite:///{folder / 'editloop.db'}")
    async with build(settings) as agent:
        run = await agent.run(await agent.task(photo, INSTRUCTION))
    if run.best is None or run.stop is None:
        raise RuntimeError(f"the edit failed: {run.failure}")
    return {"turns": len(run.turns), "stop": str(run.stop.reason)}


def point(photo: str) -> int:
    """The least that changes a picture; return the size of the answer."""
    from PIL import Image

    with Image.open(photo) as opened:
        image = opened.convert("RGB").point([min(255, round(x * 1.1)) for x in range(256)] * 3)
    out = BytesIO()
    image.save(out, "JPEG", quality=95)
    return len(out.getvalue())
