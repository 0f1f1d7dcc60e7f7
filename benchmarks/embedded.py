"""What the whole embedded edit takes: `retouch` edits, `measured` looks."""

import time
from collections.abc import Iterator
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
_BRIGHTER = [min(255, round(level * 1.1)) for level in range(256)] * 3
_SCREEN, _CAMERA = (1280, 960), (4000, 3000)
_BASELINE = "fresh process: decode, one point(), encode as JPEG"


def measure(*, quick: bool) -> Findings:
    """Edit a photograph for the screen and one from a camera."""
    findings = Findings(question=QUESTION)
    sizes = ((160, 120),) if quick else (_SCREEN, _CAMERA)
    for width, height in sizes:
        with TemporaryDirectory(prefix="editloop-bench-") as name:
            file = Path(name) / "photo.jpg"
            file.write_bytes(jpeg(width, height))
            findings.figures.extend(_compared(file, name, f"{width} x {height}", findings.notes))
            if (width, height) == _CAMERA:
                findings.figures.extend(_recipes(file))
    findings.notes.append(f"the loop was asked: {INSTRUCTION}")
    return findings


def _compared(file: Path, folder: str, size: str, notes: list[str]) -> list[Figure]:
    bare = fresh("embedded:point", file=str(file))
    ours = fresh("embedded:edit", file=str(file), folder=folder)
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


def _recipes(file: Path) -> Iterator[Figure]:
    """Five operations on 12 megapixels, decoding and encoding apart."""
    from .retouch_12mp import RECIPES

    for name in RECIPES:
        ours = fresh("embedded:cook", file=str(file), name=name)
        for kind, value, unit, target in (
            ("CPU", ours.value["cpu"], "s", 2.0),
            ("peak RSS", ours.peak_rss, "MB", 1200.0),
        ):
            yield Figure(
                what=f"five operations on 12 MP, {name}: {kind}",
                value=value,
                unit=unit,
                bare=ours.value["bare"] if kind == "CPU" else None,
                baseline="same process: one point() on the decoded picture",
                target=target,
            )


def cook(file: str, name: str) -> dict[str, float]:
    """Carry out one recipe on a decoded picture; return seconds of CPU, and of one point()."""
    from PIL import Image

    from editloop.tools.retouch.engine import apply
    from editloop.tools.retouch.recipe import Recipe

    from .retouch_12mp import RECIPES

    with Image.open(file) as opened:
        image = opened.convert("RGB")
    recipe = Recipe.from_json(RECIPES[name])
    start = time.process_time()
    image.point(_BRIGHTER)
    middle = time.process_time()
    apply(recipe, image)
    return {"bare": middle - start, "cpu": time.process_time() - middle}


def edit(file: str, folder: str) -> dict[str, Any]:
    """Run the task as the command line would."""
    return anyio.run(_edit, Path(file), Path(folder))


async def _edit(file: Path, folder: Path) -> dict[str, Any]:
    from editloop.agent import Settings, build

    settings = Settings(store=f"sqlite:///{folder / 'editloop.db'}")
    async with build(settings) as agent:
        run = await agent.run(await agent.task(file, INSTRUCTION))
    if run.best is None or run.stop is None:
        raise RuntimeError(f"the edit failed: {run.failure}")
    return {"turns": len(run.turns), "stop": str(run.stop.reason)}


def point(file: str) -> int:
    """The least that changes a picture; return the size of the answer."""
    from PIL import Image

    with Image.open(file) as opened:
        image = opened.convert("RGB").point(_BRIGHTER)
    out = BytesIO()
    image.save(out, "JPEG", quality=95)
    return len(out.getvalue())
