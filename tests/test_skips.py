"""The guard against skips that nobody foresaw, on a small suite of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = """
import sys
sys.path.insert(0, {tests!r})
import skips


def pytest_configure(config):
    skips.watch(config)
"""


@pytest.mark.parametrize(
    ("reason", "ci", "code"),
    [
        ("permissions do not bind root", "true", 0),
        ("no idea", "true", 1),
        ("no idea", "", 0),
    ],
)
def test_an_unforeseen_skip_fails_in_ci_only(
    reason: str, ci: str, code: int, tmp_path: Path
) -> None:
    (tmp_path / "conftest.py").write_text(
        CONFTEST.format(tests=str(Path(__file__).parent)), encoding="utf-8"
    )
    (tmp_path / "test_it.py").write_text(
        f"import pytest\n\ndef test_runs(): pass\n\ndef test_skips(): pytest.skip({reason!r})\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == code, done.stdout
