"""Paths that a caller should not be able to have read."""

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from making import png

from editloop.memory import EditloopError, Forbidden, InputError, PictureError
from editloop.server.pictures.handles import parsed
from editloop.server.pictures.inbox import newest
from editloop.server.pictures.roots import Roots

GOOD, SECRET = png(90), png(13)
LIMIT = 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An allowed folder with a picture in it; beside it there is one that nobody may read."""
    folder = tmp_path / "allowed"
    (folder / "deep").mkdir(parents=True)
    (folder / "cat.png").write_bytes(GOOD)
    (folder / "deep" / "cat.png").write_bytes(GOOD)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "cat.png").write_bytes(SECRET)
    (tmp_path / "allowed-too").mkdir()
    (tmp_path / "allowed-too" / "cat.png").write_bytes(SECRET)
    return folder


@pytest.mark.parametrize(
    "said",
    [
        "../outside/cat.png",
        "deep/../../outside/cat.png",
        "./deep/../../allowed/../outside/cat.png",
        "{folder}/../outside/cat.png",
        "{folder}-too/cat.png",
        "{outside}/cat.png",
        "file://{outside}/cat.png",
        "file://{folder}/%2e%2e/outside/cat.png",
        "file://{folder}/..%2foutside/cat.png",
        "file:{outside}/cat.png",
        "/etc/passwd",
        "~/../../etc/passwd",
        "~root/.ssh/id_rsa",
        "..",
        "/",
        "//etc/passwd",
        "/proc/self/environ",
        "/proc/self/root/etc/passwd",
        "/dev/zero",
        "/sys/kernel/notes",
    ],
)
def test_what_lies_outside_is_refused_whatever_it_is_called(folder: Path, said: str) -> None:
    outside = folder.parent / "outside"
    with pytest.raises(Forbidden, match="outside"):
        Roots([folder]).read(said.format(folder=folder, outside=outside), LIMIT)


def test_a_refusal_does_not_tell_what_is_there(folder: Path) -> None:
    answers: list[str] = []
    for path in (folder.parent / "outside" / "cat.png", folder.parent / "outside" / "none.png"):
        with pytest.raises(Forbidden) as caught:
            Roots([folder]).read(str(path), LIMIT)
        answers.append(str(caught.value))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "said",
    [
        "cat.png\0.txt",
        "\0",
        "cat\n.png",
        "a" * 5000,
        "é" * 3000,
        "\ud800",
        "file://evil.example/cat.png",
        "file://localhost:80{folder}/cat.png",
        "file://user@localhost{folder}/cat.png",
        "file://[::1{folder}/cat.png",
        "file://{folder}/cat.png%00",
        "file://{folder}/%ff.png",
        "file:cat.png",
        "file:",
        "file://{folder}/cat.png?x",
        "file://{folder}/cat.png#x",
    ],
)
def test_what_is_no_path_of_this_machine_is_refused(folder: Path, said: str) -> None:
    with pytest.raises(InputError):
        Roots([folder]).read(said.format(folder=folder), LIMIT)


def test_percent_signs_mean_themselves_in_a_path(folder: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        Roots([folder]).read("%2e%2e/outside/cat.png", LIMIT)
    (folder / "50%25.png").write_bytes(GOOD)
    assert Roots([folder]).read("50%25.png", LIMIT) == GOOD


@pytest.mark.parametrize(
    "name",
    [".env", ".netrc", ".ssh/id_rsa", ".aws/credentials", ".config/gcloud/key.json", ".git/config"],
)
def test_hidden_files_are_not_read_even_by_a_link(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(SECRET)
    (folder / "plain.png").symlink_to(folder / name)
    for said in (name, "plain.png", f"deep/../{name}"):
        with pytest.raises(Forbidden):
            Roots([folder]).read(said, LIMIT)


def test_a_hidden_folder_that_was_itself_allowed_is_read(tmp_path: Path) -> None:
    folder = tmp_path / ".shots"
    folder.mkdir()
    (folder / "cat.png").write_bytes(GOOD)
    assert Roots([folder]).read(str(folder / "cat.png"), LIMIT) == GOOD


@pytest.mark.parametrize("to", ["../outside/cat.png", "../outside", "/etc/passwd", "/proc/self"])
def test_a_link_that_leads_outside_is_refused(folder: Path, to: str) -> None:
    (folder / "link").symlink_to(to)
    for said in ("link", "link/cat.png", str(folder / "link")):
        with pytest.raises(Forbidden):
            Roots([folder]).read(said, LIMIT)


def test_links_inside_of_the_folders_are_followed_and_circles_are_not(folder: Path) -> None:
    (folder / "link.png").symlink_to("deep/cat.png")
    (folder / "circle").symlink_to("circle")
    assert Roots([folder]).read("link.png", LIMIT) == GOOD
    with pytest.raises(InputError):
        Roots([folder]).read("circle", LIMIT)


def _by_a_link(file: Path, outside: Path) -> None:
    file.unlink()
    file.symlink_to(outside / "cat.png")


def _by_a_linked_folder(file: Path, outside: Path) -> None:
    file.parent.rename(file.parent.with_name("moved"))
    file.parent.symlink_to(outside)


def _by_a_pipe(file: Path, outside: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize("swap", [_by_a_link, _by_a_linked_folder, _by_a_pipe])
@pytest.mark.parametrize("when", ["open", "stat"])
def test_what_is_swapped_between_the_look_and_the_opening_is_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, swap: Callable[[Path, Path], None], when: str
) -> None:
    """The swap happens just before the first step down, or just before the file's own opening."""
    real_open, real_stat = os.open, os.stat
    done: list[bool] = []

    def now() -> None:
        if not done:
            done.append(True)
            swap(folder / "deep" / "cat.png", folder.parent / "outside")

    def opening(*args: object, **named: object) -> int:
        if when == "open":
            now()
        return real_open(*args, **named)  # type: ignore[arg-type]

    def looking(*args: object, **named: object) -> os.stat_result:
        found = real_stat(*args, **named)  # type: ignore[arg-type]
        if when == "stat" and "dir_fd" in named:
            now()
        return found

    roots = Roots([folder])
    monkeypatch.setattr("editloop.server.pictures.roots.os.open", opening)
    monkeypatch.setattr("editloop.server.pictures.roots.os.stat", looking)
    try:
        found = roots.read("deep/cat.png", LIMIT)
    except EditloopError:
        found = GOOD
    assert done
    assert found == GOOD  # the folder itself, once it is opened, is the one that was looked at


def test_a_link_that_is_swapped_all_the_time_never_leads_outside(folder: Path) -> None:
    over = threading.Event()

    def swap() -> None:
        ways = [folder / "deep" / "cat.png", folder.parent / "outside" / "cat.png"]
        while not over.is_set():
            for way in ways:
                (folder / "next").symlink_to(way)
                os.replace(folder / "next", folder / "link.png")

    thread = threading.Thread(target=swap)
    (folder / "link.png").symlink_to(folder / "deep" / "cat.png")
    thread.start()
    found: set[bytes] = set()
    try:
        for _ in range(2000):
            try:
                found.add(Roots([folder]).read("link.png", LIMIT))
            except EditloopError:
                continue
    finally:
        over.set()
        thread.join()
    assert found <= {GOOD}


def test_pipes_sockets_devices_and_folders_are_not_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as bound:
        there = os.getcwd()
        os.chdir(folder)  # the names of sockets are short
        try:
            bound.bind("socket")
        finally:
            os.chdir(there)
    for name in ("pipe", "socket"):
        with pytest.raises(Forbidden, match="plain files"):
            Roots([folder]).read(name, LIMIT)
    with pytest.raises(InputError, match="folder"):
        Roots([folder]).read("deep", LIMIT)
    with pytest.raises(InputError):
        Roots([folder]).read("", LIMIT)
    with pytest.raises(Forbidden, match="plain files"):
        Roots([Path("/dev")]).read("/dev/zero", LIMIT)


def test_what_the_system_makes_up_is_not_read_though_everything_be_allowed() -> None:
    for said in ("/proc/self/environ", "/proc/self/fd/0", "/dev/stdin", "/sys/kernel/notes"):
        with pytest.raises(EditloopError):
            Roots([Path("/")]).read(said, LIMIT)


def test_a_file_is_not_read_beyond_the_limit(folder: Path) -> None:
    with open(folder / "huge.png", "wb") as file:
        file.truncate(500_000_000)  # takes no room
    with pytest.raises(PictureError, match="more than"):
        Roots([folder]).read("huge.png", LIMIT)


def test_without_folders_no_path_is_read(folder: Path) -> None:
    for said in (str(folder / "cat.png"), "cat.png", "file:///etc/passwd"):
        with pytest.raises(Forbidden, match="--allow"):
            Roots([]).read(said, LIMIT)


def test_a_file_without_permission_is_refused_in_words(folder: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("permissions do not bind root")
    (folder / "cat.png").chmod(0)
    with pytest.raises(InputError, match="may not be read"):
        Roots([folder]).read("cat.png", LIMIT)


def test_a_name_that_is_too_long_for_the_system_is_refused(folder: Path) -> None:
    with pytest.raises(InputError):
        Roots([folder]).read("a" * 300 + ".png", LIMIT)


@pytest.mark.parametrize("name", [b"\xff\xfe.png", b"a\nb.png", b"a\x1b[31m.png", b"\x7f.png"])
def test_files_whose_names_nobody_can_say_are_not_listed(folder: Path, name: bytes) -> None:
    """Half a letter in a list, and the whole answer could not be written."""
    (folder / os.fsdecode(name)).write_bytes(GOOD)
    assert [left.path.name for left in newest(folder, 10)] == ["cat.png"]


@pytest.mark.parametrize("said", ["a", " ", "/", "https://a", "file:///%61"])
def test_a_name_of_megabytes_is_not_looked_through(said: str) -> None:
    with pytest.raises(InputError, match="that long"):
        parsed(said * 1_000_000 + "!")
