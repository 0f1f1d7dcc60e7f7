"""Writers that are killed, full devices and read-only folders."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
WRITER = """
import os, resource, signal, sys
from pathlib import Path
import anyio
from editloop.memory import StoreError
from editloop.memory.images import LocalImages
folder, fate = Path(sys.argv[1]), sys.argv[2]
def hook(event, _):
    if event == fate:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
if fate == "small files":
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
async def main():
    try:
        print((await LocalImages(folder).put(sys.stdin.buffer.read())).sha256)
    except StoreError as error:
        print(type(error).__name__, error)
anyio.run(main)
"""


def write(folder: Path, data: bytes, fate: str = "") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", WRITER, str(folder), fate]
    return subprocess.run(command, input=data, capture_output=True, check=False, timeout=300)


def in_private_mount(folder: Path, options: str, data: bytes) -> str:
    """Put a picture into a tmpfs that only this process sees; skip where that is not allowed."""
    if not ROOT or not shutil.which("unshare"):
        pytest.skip("needs root and unshare for a private mount")
    mount = f'mount -t tmpfs -o {options} none "$0" && exec "$@"'
    command = ["unshare", "-m", "sh", "-c", mount, str(folder), sys.executable, "-c", WRITER]
    done = subprocess.run(
        [*command, str(folder), ""], input=data, capture_output=True, check=False, timeout=300
    )
    if b"mount" in done.stderr or b"unshare" in done.stderr:
        pytest.skip(f"a private mount is not allowed here: {done.stderr.decode().strip()}")
    return done.stdout.decode()


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_a_writer_killed_before_the_rename_leaves_no_picture(
    tmp_path: Path, valid: dict[str, bytes]
) -> None:
    killed = write(tmp_path, valid["png"], fate="os.rename")

    assert killed.returncode == -9
    (left,) = files(tmp_path)
    assert left.startswith(".tmp-")  # whole or not, it is no picture; a sweep takes it
    assert (
        write(tmp_path, valid["png"])
        .stdout.decode()
        .strip()
        .endswith(next(name for name in files(tmp_path) if not name.startswith(".")))
    )


def test_a_file_size_limit_efbig_is_reported_as_full_and_leaves_nothing(
    tmp_path: Path, valid: dict[str, bytes]
) -> None:
    assert len(valid["cmyk tiff"]) > 1000

    said = write(tmp_path, valid["cmyk tiff"], fate="small files").stdout.decode()

    assert said.startswith("StoreFull no room left for")
    assert "free some space" in said
    assert not files(tmp_path)


def test_a_full_tmpfs_enospc_is_reported_as_full(tmp_path: Path, valid: dict[str, bytes]) -> None:
    large = valid["cmyk tiff"] + bytes(60_000)

    assert in_private_mount(tmp_path, "size=32k", large).startswith("StoreFull no room left")


def test_a_read_only_mount_erofs_is_reported_as_read_only(
    tmp_path: Path, valid: dict[str, bytes]
) -> None:
    said = in_private_mount(tmp_path, "ro", valid["png"])

    assert said.startswith("StoreReadOnly")
    assert "change its permissions or the store's folder" in said


@pytest.mark.skipif(ROOT, reason="permissions do not bind root")
def test_a_folder_without_permission_eacces_is_reported_as_read_only(
    tmp_path: Path, valid: dict[str, bytes]
) -> None:
    tmp_path.chmod(0o555)

    assert write(tmp_path, valid["png"]).stdout.startswith(b"StoreReadOnly")


def test_a_folder_that_is_a_file_is_a_store_error(tmp_path: Path, valid: dict[str, bytes]) -> None:
    (tmp_path / "file").write_text("")

    assert write(tmp_path / "file", valid["png"]).stdout.startswith(b"StoreError")
