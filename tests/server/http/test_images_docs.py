"""What `docs/images-api.md` shows is run."""

import os
import re
import shlex
import sys
from pathlib import Path

import anyio
import httpx2
import pytest
from images_door import Door, images_door
from PIL import Image

from editloop.policies.measured.thinker import Measured
from editloop.server.http.images_asked import EditsAsked
from editloop.server.principals import LOCAL
from editloop.tools.retouch.editor import Retouch

pytestmark = pytest.mark.anyio

PAGE = (Path(__file__).parents[3] / "docs" / "images-api.md").read_text(encoding="utf-8")
SAID = "http://127.0.0.1:8020"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a photograph."""
    sky = Image.linear_gradient("L").resize((320, 240)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    land = Image.linear_gradient("L").rotate(90).resize((320, 240))
    photo = Image.merge("RGB", (land, Image.blend(land, sky, 0.5), sky))
    photo.point(lambda value: 40 + value * 0.6).save(tmp_path / "photo.jpg", quality=92)
    return tmp_path


async def _run(command: list[str], folder: Path) -> str:
    home = {name: str(folder / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = await anyio.run_process(
        command, cwd=folder, env={**os.environ, **home, "PATH": path}, check=False
    )
    said = done.stdout.decode()
    # 3: finished, the target scores were not reached on this very picture
    assert done.returncode in (0, 3), f"{said}\n{done.stderr.decode()}"
    return said


@pytest.mark.parametrize("code", _blocks("python"))
async def test_every_python_snippet_runs(code: str, folder: Path) -> None:
    async with images_door(folder, editor=Retouch(), thinker=Measured()) as door:
        here = code.replace(SAID, door.url)
        said = await _run([sys.executable, "-W", "error", "-c", here], folder)
    assert said.strip()
    if "warmer.png" in code:
        with Image.open(folder / "warmer.png") as made:
            assert made.format == "PNG"


async def test_the_curl_snippet_asks_for_what_it_says(folder: Path) -> None:
    [line] = _blocks("sh")
    async with images_door(folder, editor=Retouch(), thinker=Measured()) as door:
        answer = await _as_curl(line, folder, door)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["output_format"], said["quality"]) == ("jpeg", "low")
    assert said["editloop"]["runs"][0]["turns"] == 1


async def test_an_editloop_edits_through_another(folder: Path) -> None:
    [line] = re.findall(r"^    (editloop photo\.jpg .*dialect=editloop.*)$", PAGE, re.MULTILINE)
    async with images_door(folder, editor=Retouch(), thinker=Measured()) as door:
        _, *arguments = shlex.split(line.replace(SAID, door.url))
        await _run([sys.executable, "-m", "editloop", *arguments], folder)
        inner = await door.host.run("last", LOCAL)
    assert inner.task.labels["door"] == "images"
    assert {name for name in os.listdir(folder) if name.startswith("photo")} > {"photo.jpg"}


def test_every_field_that_is_read_is_in_the_table() -> None:
    rows = re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert {*EditsAsked.model_fields} <= named


async def _as_curl(line: str, folder: Path, door: Door) -> httpx2.Response:
    """Ask as curl would: every `-F` is a field, `@` a file."""
    _, address, *rest = shlex.split(line)
    given = [each.partition("=") for each in rest if each != "-F"]
    assert len(given) * 2 == len(rest)
    data = {name: value for name, _, value in given if not value.startswith("@")}
    files = {n: (v[1:], (folder / v[1:]).read_bytes()) for n, _, v in given if v.startswith("@")}
    return await door.http.post(address.removeprefix(SAID), data=data, files=files)
