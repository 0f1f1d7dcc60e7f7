"""Everything that the README shows is run; everything that it links to exists."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.fixture
def newcomer(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A folder with a photograph, and a user without any configuration."""
    sky = Image.linear_gradient("L").resize((320, 240)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    land = Image.linear_gradient("L").rotate(90).resize((320, 240))
    photo = Image.merge("RGB", (land, Image.blend(land, sky, 0.5), sky))
    photo.point(lambda value: 40 + value * 0.6).save(tmp_path / "photo.jpg", quality=92)
    home = {name: str(tmp_path / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return tmp_path, {**os.environ, **home, "HOME": str(tmp_path), "PATH": path}


def run(
    command: list[str], where: tuple[Path, dict[str, str]]
) -> "subprocess.CompletedProcess[str]":
    folder, env = where
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("code", blocks("python"))
def test_every_python_snippet_runs(code: str, newcomer: tuple[Path, dict[str, str]]) -> None:
    done = run([sys.executable, "-W", "error", "-c", code], newcomer)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_every_editloop_command_runs_in_order(newcomer: tuple[Path, dict[str, str]]) -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    commands = [line for line in lines if line.startswith("editloop ")]
    assert len(commands) >= 4
    for line in commands:
        done = run(shlex.split(line, comments=True), newcomer)
        # 3: finished, the target scores were not reached on this very picture
        assert done.returncode in (0, 3), f"{line}: {done.stderr}"


def test_the_demo_says_what_is_shown(newcomer: tuple[Path, dict[str, str]]) -> None:
    (shown,) = blocks("text")
    done = run(["editloop", "demo"], newcomer)
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith(("turn ", "answer "))]
    assert _without_seconds("\n".join(said)) == _without_seconds(shown.rstrip())


def _without_seconds(text: str) -> str:
    return re.sub(r"\d+\.\d s\b", "", text)


def test_what_is_said_to_be_refused_is_refused(newcomer: tuple[Path, dict[str, str]]) -> None:
    (line,) = re.findall(r"`(editloop photo\.jpg \"add a cat[^`]*)`", README)
    newcomer[0].joinpath("photo-edited.jpg").touch()  # of the command above it
    done = run(shlex.split(line), newcomer)
    assert done.returncode == 5
    assert "add a cat on the roof" in done.stderr
    assert done.stdout == ""


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


def test_every_local_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(((?!https?://)[^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
