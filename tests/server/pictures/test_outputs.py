"""What is written for a caller: below one folder, and never over anything."""

import resource
from pathlib import Path

import pytest
from making import png

from editloop.memory import Forbidden, InputError, StoreError
from editloop.server.pictures.outputs import safe_name, write_new


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("warm cat.png", "warm cat.png"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/abs/name", "name"),
        (".ssh", "ssh"),
        ("..", "picture"),
        ("", "picture"),
        ("a\0b\nc", "a_b_c"),
        ("nul.png", "_nul.png"),
        ("é" * 300, "é" * 100),
        ("猫" * 300, "猫" * 66),
        ("$(rm -rf)`;|", "rm -rf"),
    ],
)
def test_a_name_is_made_safe(said: str, name: str) -> None:
    assert safe_name(said) == name


def test_nothing_is_ever_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    paths = [write_new(folder, "cat.png", png(shade), "image/png") for shade in (1, 2, 3)]
    assert [path.name for path in paths] == ["cat.png", "cat-2.png", "cat-3.png"]
    assert [path.read_bytes() for path in paths] == [png(1), png(2), png(3)]


def test_a_link_that_waits_at_the_name_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    (tmp_path / "cat.png").symlink_to(victim)
    path = write_new(tmp_path, "cat", png(1), "image/png")
    assert path.name == "cat-2.png"
    assert not victim.exists()


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "a" / "b"):
        with pytest.raises(Forbidden):
            write_new(folder, "cat", png(1), "image/png")


def test_a_name_of_any_letters_fits_into_a_folder(tmp_path: Path) -> None:
    for _ in range(2):
        assert write_new(tmp_path, "猫" * 300, png(1), "image/png").is_file()


def test_the_thousandth_picture_of_a_name_is_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("editloop.server.pictures.outputs._TRIES", 2)
    for shade in (1, 2):
        write_new(tmp_path, "cat", png(shade), "image/png")
    with pytest.raises(InputError, match="another name"):
        write_new(tmp_path, "cat", png(3), "image/png")


def test_the_end_of_the_name_follows_the_picture(tmp_path: Path) -> None:
    assert write_new(tmp_path, "cat.png", b"", "image/jpeg").name == "cat.jpg"
    assert write_new(tmp_path, "v1.2", b"", "image/png").name == "v1.2.png"


def test_what_cannot_be_written_whole_is_not_left_behind(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(StoreError, match="make room"):
            write_new(tmp_path, "cat", png(1), "image/png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.iterdir())
