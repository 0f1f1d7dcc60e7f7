"""What figures and pictures of the benchmarks claim. `benchmarks` is importable at the root only."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

TARGETS = """
from benchmarks.figures import Figure

def figure(**parts):
    return Figure(what="a", value=3.0, unit="ms", **parts)

assert figure(bare=2.0).ratio == 1.5 and figure(bare=2.0).met is None
assert figure(bare=2.0, target=3.0).met is True
assert figure(bare=2.0, target=2.9).met is False
assert figure(bare=2.0, target=1.5, target_is="ratio").met is True
assert figure(bare=2.0, target=1.4, target_is="ratio").met is False
assert figure(target=1.4, target_is="ratio").met is False
"""

NUMBERED = """
from io import BytesIO
from PIL import Image
from benchmarks.pictures import numbered, png

one = png(32, 24)
pictures = {one, numbered(one, 1), numbered(one, 2)}
assert len(pictures) == 3
assert len({Image.open(BytesIO(each)).convert("RGB").tobytes() for each in pictures}) == 1
"""


def holds(claims: str) -> None:
    command = [sys.executable, "-c", claims]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr


def test_a_target_bounds_the_value_or_the_ratio_and_is_missed_where_nothing_compares() -> None:
    holds(TARGETS)


def test_a_numbered_png_is_the_same_picture_under_another_hash() -> None:
    holds(NUMBERED)
