"""The command: builds, measures, writes a table."""

import argparse
import gc
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from editloop.tools.diffusers.preset import Preset
from editloop.tools.diffusers.presets import PRESETS

from .measuring import Row, measured
from .models import FULL, full_size, parameters

_TARGET = 0.01  # our share of an edit


def main() -> None:
    """Measure the presets that were named."""
    chosen = _arguments()
    rows: list[Row] = []
    for name in chosen.presets.split(","):
        preset = PRESETS[name]
        if chosen.tiny:
            preset, pipe = _tiny(preset, chosen.device)
        else:
            pipe = full_size(name, chosen.device, chosen.dtype)
        steps = chosen.steps or preset.steps
        rows.append(measured(pipe, preset, chosen.device, steps, chosen.repeats, parameters(pipe)))
        del pipe
        gc.collect()
    text = _table(rows, chosen)
    print(text)
    if chosen.markdown:
        Path(chosen.markdown).write_text(text, encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--presets", default=",".join(FULL), help="separated by commas")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--steps", type=int, default=0, help="0 is the preset's own number")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--tiny", action="store_true", help="tiny models: shows that it works")
    parser.add_argument("--markdown", default="", help="a file for the table")
    return parser.parse_args()


def _tiny(preset: Preset, device: str) -> tuple[Preset, Any]:
    """The checkpoint of the tests, at 64x64 where the pipeline lets us choose."""
    torch: Any = import_module("torch")
    torch.set_num_threads(1)  # tiny tensors: more threads only wait for each other
    checkpoints: Any = import_module("engines.tiny.checkpoints")
    diffusers: Any = import_module("diffusers")
    pipe = diffusers.DiffusionPipeline.from_pretrained(checkpoints.checkpoint(preset.name))
    always = {"_auto_resize": False} if preset.name == "flux-kontext" else {}  # else a megapixel
    small = replace(preset, size=replace(preset.size, area=64 * 64), always=always)
    return small, pipe.to(device)


def _table(rows: Sequence[Row], chosen: argparse.Namespace) -> str:
    kind = "tiny random weights" if chosen.tiny else f"full size, random weights in {chosen.dtype}"
    head = (
        "| preset | parameters | size | steps | bare call | `edit` | difference | target | outside of the call "
        "| peak memory | caller free | worker free | one step |\n"
        "|---|---:|---|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|"
    )
    made = datetime.now(UTC).date()
    return "\n".join(
        [
            f"{made}, {_device(chosen.device)}, {kind}, medians of {chosen.repeats} in turn.",
            "",
            head,
            *(_line(row, judged=not chosen.tiny) for row in rows),
            "",
        ]
    )


def _line(row: Row, *, judged: bool) -> str:
    share = (row.ours - row.bare) / row.bare
    met = ("met" if share < _TARGET else "missed") if judged else "not judged"
    return (
        f"| `{row.preset}` | {_count(row.billions)} | {row.size[0]}x{row.size[1]} | {row.steps} "
        f"| {row.bare:.3f} s | {row.ours:.3f} s | {(row.ours - row.bare) * 1000:+.0f} ms "
        f"({share:+.1%}) | {_TARGET:.0%}: {met} | {row.own * 1000:.1f} ms "
        f"| {row.peak_gb:.1f} GB {row.memory} | {row.gone * 1000:.1f} ms "
        f"| {row.free * 1000:.1f} ms | {row.step * 1000:.1f} ms |"
    )


def _count(billions: float) -> str:
    return f"{billions:.1f} B" if billions >= 0.1 else f"{billions * 1000:.2f} M"


def _device(device: str) -> str:
    torch: Any = import_module("torch")
    if device.startswith("cuda"):
        return f"{torch.cuda.get_device_name(device)}, torch {torch.__version__}"

    return f"{device}, torch {torch.__version__}"


if __name__ == "__main__":
    main()
