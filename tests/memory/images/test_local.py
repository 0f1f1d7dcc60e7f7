"""A folder of pictures named by the hash of their bytes."""

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from PIL import Image

from editloop.memory import ImageRef, PictureError, StoreDamaged, StoreError
from editloop.memory.images import LocalImages, Swept

pytestmark = pytest.mark.anyio
Make = Callable[..., bytes]
HOUR = 3600.0


@pytest.fixture
def store(tmp_path: Path) -> LocalImages:
    return LocalImages(tmp_path / "deep" / "images")


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def age(path: Path, seconds: float) -> None:
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


async def test_what_was_put_comes_back_byte_for_byte(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    for name, data in valid.items():
        ref = await store.put(data)

        assert await store.get(ref) == data, name
        assert await store.get(ref.sha256) == data, name


async def test_a_name_is_the_hash_and_the_record_says_what_the_header_says(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid["jpeg"])

    assert ref == ImageRef(
        sha256=hashlib.sha256(valid["jpeg"]).hexdigest(),
        media_type="image/jpeg",
        width=32,  # lies on its side
        height=48,
        size=len(valid["jpeg"]),
        degraded=("gamut",),
    )
    assert store.path(ref) == store.folder / ref.sha256[:2] / ref.sha256[2:]


async def test_the_same_bytes_are_written_once(store: LocalImages, valid: dict[str, bytes]) -> None:
    first = await store.put(valid["gif"])
    written = store.path(first).stat().st_ino

    assert await store.put(valid["gif"]) == first
    assert store.path(first).stat().st_ino == written
    assert len(files(store.folder)) == 1


async def test_many_puts_of_the_same_bytes_at_once_leave_one_file(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    other = LocalImages(store.folder, threads=8)
    async with anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon((store, other)[number % 2].put, valid["png"])

    assert [path.name for path in files(store.folder)] == [
        hashlib.sha256(valid["png"]).hexdigest()[2:]
    ]


async def test_a_picture_that_lost_its_end_on_disk_is_written_again(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid["gif"])
    store.path(ref).write_bytes(b"")

    await store.put(valid["gif"])

    assert await store.get(ref) == valid["gif"]


async def test_damaged_bytes_are_never_returned(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid["gif"])
    path = store.path(ref)
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    assert await store.get(ref) == valid["gif"]  # still in memory, as it was written
    with pytest.raises(StoreDamaged, match=r"does not hold what its name says: restore it"):
        await LocalImages(store.folder).get(ref)


async def test_a_missing_picture_is_named_with_what_it_means(store: LocalImages) -> None:
    with pytest.raises(StoreError, match=r"ab{63} is missing from .*: the runs that name it are"):
        await store.get("a" + "b" * 63)
    assert not await store.has("a" + "b" * 63)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
async def test_only_hashes_are_names(store: LocalImages, name: str) -> None:
    with pytest.raises(StoreError, match=r"names no picture: give 64 hexadecimal digits"):
        await store.get(name)


async def test_what_is_no_picture_is_not_kept(store: LocalImages) -> None:
    with pytest.raises(PictureError, match="a web page"):
        await store.put(b"<html>")
    assert not files(store.folder)


async def test_verifying_finds_what_the_header_does_not_show(store: LocalImages, png: Make) -> None:
    few_rows = png((40, 40), 8, 2, bytes(30))

    with pytest.raises(PictureError, match="cannot be decoded"):
        await store.put(few_rows, verify=True)
    assert not files(store.folder)
    assert (await store.put(few_rows)).width == 40


async def test_deleting_takes_the_views_along(store: LocalImages, valid: dict[str, bytes]) -> None:
    gone, kept = await store.put(valid["gif"]), await store.put(valid["png"])
    await store.view(gone, long_side=20)

    await store.delete(gone)
    await store.delete(gone)

    assert await store.all() == ((kept.sha256, kept.size),)
    assert len(files(store.folder)) == 1


async def test_all_lists_pictures_and_nothing_else(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    refs = [await store.put(valid[name]) for name in ("gif", "png", "jpeg")]
    await store.view(refs[0], long_side=20)
    (store.folder / "README.txt").write_text("not a picture")
    (store.path(refs[0]).parent / ".tmp-0000").write_bytes(b"unfinished")

    assert await store.all() == tuple(sorted((ref.sha256, ref.size) for ref in refs))


async def test_an_empty_or_absent_folder_holds_nothing(store: LocalImages) -> None:
    assert await store.all() == ()
    assert await store.sweep(set(), 0) == Swept(0, 0)


async def test_a_sweep_removes_what_is_old_and_not_kept(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    kept, old, fresh = [await store.put(valid[name]) for name in ("gif", "png", "jpeg")]
    view = len((await store.view(old, long_side=20)).data)
    for ref in (kept, old):
        age(store.path(ref), 2 * HOUR)

    swept = await store.sweep({kept.sha256}, HOUR)

    assert swept == Swept(1, old.size + view)
    assert {name for name, _ in await store.all()} == {kept.sha256, fresh.sha256}


async def test_putting_again_protects_an_old_picture(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid["gif"])
    age(store.path(ref), 2 * HOUR)

    await store.put(valid["gif"])

    assert await store.sweep(set(), HOUR) == Swept(0, 0)


async def test_a_sweep_takes_stale_unfinished_files_and_leaves_those_of_writers_at_work(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    folder = store.path(await store.put(valid["gif"])).parent
    stale, busy = folder / ".tmp-1111", folder / ".tmp-2222"
    stale.write_bytes(b"12345")
    busy.write_bytes(b"1")
    age(stale, 2 * HOUR)

    assert await store.sweep({name for name, _ in await store.all()}, HOUR) == Swept(0, 5)
    assert not stale.exists()
    assert busy.exists()


async def test_views_of_pictures_that_are_gone_are_swept(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid["gif"])
    await store.view(ref, long_side=20)
    store.path(ref).unlink()

    assert (await store.sweep(set(), 0)).bytes > 0
    assert not files(store.folder)


async def test_the_event_loop_is_free_while_pictures_are_decoded(
    store: LocalImages, encoded: Make
) -> None:
    large = encoded(Image.effect_noise((3000, 2000), 90), "PNG", compress_level=1)
    beats, done = 0, anyio.Event()

    async def heart() -> None:
        nonlocal beats
        while not done.is_set():
            await anyio.sleep(0.001)
            beats += 1

    async with anyio.create_task_group() as group:
        group.start_soon(heart)
        await store.put(large, verify=True)
        done.set()

    assert beats > 5


async def test_no_more_threads_work_than_were_allowed(
    tmp_path: Path, valid: dict[str, bytes]
) -> None:
    before = threading.active_count()
    store = LocalImages(tmp_path, threads=1)

    async with anyio.create_task_group() as group:
        for data in valid.values():
            group.start_soon(store.put, data)

    assert threading.active_count() <= before + 1
