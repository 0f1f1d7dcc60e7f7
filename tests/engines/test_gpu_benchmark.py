"""The benchmark for machines with a GPU runs here on tiny models."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_it_measures_a_preset_and_writes_a_table(tmp_path: Path) -> None:
    table = tmp_path / "table.md"
    command = [sys.executable, "-m", "benchmarks.gpu", "--tiny", "--device", "cpu"]
    chosen = ["--presets", "flux-kontext", "--steps", "3", "--repeats", "1"]
    child = subprocess.run(
        [*command, *chosen, "--markdown", str(table)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    head, row = table.read_text().splitlines()[2::2]
    assert row.startswith("| `flux-kontext` | 0.17 M | 64x64 | 3 |")
    assert head.count("|") == row.count("|")


def test_the_full_sizes_are_those_of_the_published_models() -> None:
    program = (
        "from benchmarks.gpu.models import FULL, full_size, parameters\n"
        "for name in FULL: print(name, round(parameters(full_size(name, 'meta', 'bfloat16')), 1))\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert child.stdout.split("\n")[:2] == ["flux-kontext 16.9", "qwen-image-edit 28.8"]
