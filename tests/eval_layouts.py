"""Small data sets in the official layouts, made up, with real pictures."""

import json
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

WORDS = ("make it brighter", "make it darker", "grayscale", "more contrast", "make it warmer")


def photo(number: int) -> bytes:
    """A picture that is not another's."""
    out = BytesIO()
    ramp = Image.linear_gradient("L").resize((48, 32 + number % 7))
    tints = (60 + 5 * (number % 30), 120, 200 - 4 * (number % 40))
    Image.merge("RGB", [ramp.point([each * v // 255 for v in range(256)]) for each in tints]).save(
        out, "PNG"
    )
    return out.getvalue()


def _written(path: Path, number: int) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(photo(number))
    return path.name


def gedit(folder: Path, count: int) -> None:
    """Parquet, pictures inside; both languages."""
    arrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    groups = ("color_alter", "style_change", "tone_transfer")
    rows: list[dict[str, Any]] = [
        {
            "key": f"k{n // 2}",
            "task_type": groups[n // 2 % 3],
            "instruction": WORDS[n // 2 % len(WORDS)],
            "instruction_language": ("en", "cn")[n % 2],
            "input_image": {"bytes": photo(n // 2), "path": None},
            "input_image_raw": {"bytes": photo(n // 2), "path": None},
            "Intersection_exist": n % 4 < 2,
        }
        for n in range(count)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    parquet.write_table(arrow.Table.from_pylist(rows), folder / "train-0.parquet", row_group_size=4)


def imgedit(folder: Path, count: int) -> None:
    """`singleturn.json` and pictures beside it."""
    types = ("adjust", "style", "background", "add")
    rows: dict[str, Any] = {}
    for n in range(count):
        _written(folder / "human" / f"{n}.png", n)
        word = WORDS[n % len(WORDS)]
        rows[str(n)] = {"id": f"human/{n}.png", "prompt": word, "edit_type": types[n % 4]}
    (folder / "singleturn.json").write_text(json.dumps(rows), encoding="utf-8")


def imgedit_hard(folder: Path, count: int) -> None:
    """`UGE_edit.json` and pictures beside it."""
    rows: dict[str, Any] = {}
    for n in range(count):
        rows[str(n)] = {"id": _written(folder / f"{n}.png", n), "prompt": WORDS[n % len(WORDS)]}
    (folder / "UGE_edit.json").write_text(json.dumps(rows), encoding="utf-8")


def kris(folder: Path, count: int) -> None:
    """An annotation file per category: one source, several, frames, a ground truth."""
    categories = ("color_change", "humanities", "viewpoint_change", "temporal_prediction")
    for at, category in enumerate(categories):
        here = folder / "KRIS_Bench" / category
        rows: dict[str, Any] = {}
        for n in range(at, count, len(categories)):
            name: str | list[str] = _written(here / f"{n}.png", n)
            if category == "temporal_prediction":
                name = [_written(here / f"{n}-{frame}.png", n + frame) for frame in (1, 2, 4)]
            truth = _written(here / f"{n}_gt.png", n + 9) if category == "viewpoint_change" else ""
            row = {"ori_img": name, "gt_img": truth, "ins_en": WORDS[n % len(WORDS)]}
            rows[str(n)] = row | {"explain_en": "known" if category == "humanities" else ""}
        here.mkdir(parents=True, exist_ok=True)
        (here / "annotation.json").write_text(json.dumps(rows), encoding="utf-8")


def rise(folder: Path, count: int) -> None:
    """The full set's file: sparse records, references in words and as pictures."""
    names = ("temporal_reasoning", "causal_reasoning", "spatial_reasoning", "logical_reasoning")
    rows: list[dict[str, Any]] = []
    for n in range(count):
        category = names[n % 4]
        place = f"{category}_images/{n}.png"
        _written(folder / place, n)
        row: dict[str, Any] = {"index": f"{category}_{n}", "category": category, "image": place}
        row |= {"subtask": "Layout Reasoning", "instruction": WORDS[n % len(WORDS)]}
        if n % 8 >= 6:
            row["reference_img"] = f"{category}_images/{n}_right.png"
            _written(folder / f"{category}_images" / f"{n}_right.png", n + 5)
        elif category == "logical_reasoning":
            row["reference_txt"] = "a cup"
        else:
            row["reference"] = "a cup on a shelf"
        rows.append(row)
    (folder / "datav2_total_w_subtask.json").write_text(json.dumps(rows), encoding="utf-8")


LAYOUTS: dict[str, Callable[[Path, int], None]] = {
    "gedit": gedit,
    "imgedit": imgedit,
    "imgedit-hard": imgedit_hard,
    "kris": kris,
    "rise": rise,
}
