"""Where answers go."""

import io
from pathlib import Path

import pytest
from PIL import Image

from editloop.cli.argv import DASH
from editloop.cli.files import Source, Target, planned, read, write
from editloop.memory import InputError, SettingsError


def source(name: str, format: str = "PNG") -> Source:
    out = io.BytesIO()
    Image.new("RGB", (4, 3)).save(out, format)
    return Source(name, out.getvalue())


def plan(*sources: Source, output: str | None = None, **more: object) -> list[str]:
    options = {"format": None, "overwrite": False} | more
    found = planned(sources, output, **options)  # pyright: ignore[reportArgumentType] # literals
    return [f"{target.path} {target.media_type}" for target in found]


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_answer_is_named_after_the_picture_and_keeps_its_format() -> None:
    assert plan(source("a/b.PNG")) == ["b-edited.PNG image/png"]
    assert plan(source("b.jpeg", "JPEG")) == ["b-edited.jpeg image/jpeg"]
    assert plan(source("lies.jpg", "PNG")) == ["lies-edited.png image/png"]
    assert plan(source("-")) == ["stdin-edited.png image/png"]
    assert plan(source("a.png"), format="webp") == ["a-edited.webp image/webp"]


def test_the_name_of_the_output_decides_the_format() -> None:
    assert plan(source("a.png"), output="x.jpg") == ["x.jpg image/jpeg"]
    assert plan(source("a.png"), output="x", format="jpeg") == ["x image/jpeg"]
    assert plan(source("a.png"), output=DASH) == ["None image/png"]


def test_several_answers_go_to_a_folder() -> None:
    assert plan(source("a.png"), source("b.png"), output="new") == [
        "new/a-edited.png image/png",
        "new/b-edited.png image/png",
    ]


@pytest.mark.parametrize("output", ["x.txt", "x", "missing/"])
def test_an_output_without_a_format_is_refused_but_a_folder_is_not(output: str) -> None:
    if output.endswith("/"):
        assert plan(source("a.png"), output=output) == ["missing/a-edited.png image/png"]
        return

    with pytest.raises(SettingsError, match="--format"):
        plan(source("a.png"), output=output)


def test_what_does_not_go_together_is_refused(inside: Path) -> None:
    (inside / "there.png").write_bytes(b"old")
    for output, sources, says in (
        ("there.png", ["a.png"], "exists; add --overwrite"),
        ("one.png", ["a.png", "b.png"], "name a folder"),
        (DASH, ["a.png", "b.png"], "one picture fits on stdout"),
        (None, ["x/a.png", "y/a.png"], "two answers would be"),
    ):
        with pytest.raises(SettingsError, match=says):
            plan(*(source(name) for name in sources), output=output)
    with pytest.raises(SettingsError, match="contradicts"):
        plan(source("a.png"), output="x.jpg", format="png")


def test_a_file_that_appears_meanwhile_is_not_replaced(inside: Path) -> None:
    place = inside / "new.png"
    write(Target(place, "image/png"), b"first")
    with pytest.raises(SettingsError, match="exists"):
        write(Target(place, "image/png"), b"second")
    assert place.read_bytes() == b"first"
    write(Target(place, "image/png", overwrite=True), b"third")
    assert place.read_bytes() == b"third"
    assert [path.name for path in inside.iterdir()] == ["new.png"]


def test_a_picture_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match=r"no file 'gone\.png'"):
        read("gone.png")
    with pytest.raises(InputError, match="is a folder"):
        read(".")
