"""`python -m editloop.evals.embedded --photos FOLDER --output docs/embedded.md`."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from ...agent import EditAgent, Settings, build
from .report import report
from .running import Row, rows, sheet


def main() -> None:
    """Read the arguments, run, write the page."""
    parser = ArgumentParser(prog="python -m editloop.evals.embedded", description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="a folder of photographs")
    parser.add_argument("--output", type=Path, required=True, help="the Markdown file to write")
    parser.add_argument("--sheets", type=Path, help="a folder for contact sheets: source, turns")
    given = parser.parse_args()
    photos = sorted(p for p in given.photos.glob("*") if p.suffix.lower() in {".jpg", ".png"})
    if not photos:
        sys.exit(f"there is no .jpg or .png in {given.photos}; name a folder of photographs")

    anyio.run(_write, photos, given.output, given.sheets)


async def _write(photos: list[Path], output: Path, sheets: Path | None) -> None:
    with TemporaryDirectory() as folder:
        settings = Settings(store=f"sqlite:///{folder}/report.db")
        found: list[Row] = []
        async with build(settings) as agent:
            async for row in rows(agent, photos):
                found.append(row)
                print(_line(row), file=sys.stderr)
                if sheets:
                    await _sheet(agent, row, sheets)

    page = report(found, turns=settings.turns, semantic=settings.semantic, quality=settings.quality)
    await anyio.Path(output).write_text(page, encoding="utf-8")
    print(output)


def _line(row: Row) -> str:
    scores = ", ".join(f"{score:.1f}" for score in row.scores)
    verdict = "right" if row.right else "WRONG"
    return f"{row.photo:18} {row.case.instruction:70} {scores:28} {verdict}"


async def _sheet(agent: EditAgent, row: Row, folder: Path) -> None:
    refs = [row.run.task.source, *(turn.edited for turn in row.run.turns if turn.edited)]
    pictures = [await agent.kit.images.get(ref) for ref in refs]
    place = anyio.Path(folder) / f"{row.photo}--{row.case.instruction[:40].replace(' ', '-')}.jpg"
    await place.parent.mkdir(parents=True, exist_ok=True)
    await place.write_bytes(sheet(pictures))


if __name__ == "__main__":
    main()
