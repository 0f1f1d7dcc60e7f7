"""Pictures of strangers are decoded in a process that can be lost."""

import gc
import io
import json
import os
import signal
from contextlib import suppress
from pathlib import Path

import anyio
import anyio.lowlevel
import anyio.to_thread
import psutil
import pytest
from bombs import encoded, jpeg_of_many_scans
from making import png

from editloop.memory import PictureError
from editloop.memory.images import Limits
from editloop.server.examiner import examine
from editloop.server.pictures.quarantine import Quarantine

pytestmark = pytest.mark.anyio


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


async def test_one_process_examines_picture_after_picture() -> None:
    before = _children()
    quarantine = Quarantine(workers=1)
    for form in ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "AVIF"):
        await quarantine.check(encoded((40, 30), form))
        assert len(_children() - before) == 1
    with pytest.raises(PictureError, match="no picture that is known"):
        await quarantine.check(b"no picture")
    assert len(_children() - before) == 1


async def test_no_more_pictures_than_allowed_are_examined_at_a_time() -> None:
    before = _children()
    quarantine = Quarantine(workers=2)
    async with anyio.create_task_group() as group:
        for shade in range(12):
            group.start_soon(quarantine.check, png(shade))
    assert len(_children() - before) == 2


async def test_a_process_that_is_lost_is_a_refusal_and_is_replaced() -> None:
    before = _children()
    quarantine = Quarantine(workers=1)
    await quarantine.check(png(1))
    (child,) = _children() - before
    os.kill(child, signal.SIGKILL)
    with pytest.raises(PictureError, match="could not be decoded"):
        await quarantine.check(png(2))
    await quarantine.check(png(3))
    assert child not in _children()


async def test_a_process_that_does_nothing_at_all_is_given_up() -> None:
    """Its bound of processor time never comes; the clock outside ends it."""
    before = _children()
    quarantine = Quarantine(workers=1, seconds=2)
    await quarantine.check(png(1))
    child = psutil.Process((_children() - before).pop())
    child.suspend()
    with pytest.raises(PictureError, match="within 2 s"):
        await quarantine.check(png(2))
    await anyio.to_thread.run_sync(lambda: psutil.wait_procs([child], timeout=300))
    assert not child.is_running()


async def test_a_picture_that_takes_too_long_is_given_up_and_its_process_too() -> None:
    before = _children()
    quarantine = Quarantine(workers=1, seconds=1)
    await quarantine.check(png(1))
    child = psutil.Process((_children() - before).pop())
    with pytest.raises(PictureError, match="within 1 s"):
        await quarantine.check(jpeg_of_many_scans())
    await anyio.to_thread.run_sync(lambda: psutil.wait_procs([child], timeout=300))
    assert not child.is_running()
    await quarantine.check(png(2))


async def test_a_picture_that_takes_too_much_memory_is_refused() -> None:
    large = encoded((4500, 4500), "PNG")
    await Quarantine().check(large)
    with pytest.raises(PictureError, match="MemoryError"):
        await Quarantine(memory=110_000_000).check(large)


async def test_a_caller_that_leaves_takes_the_process_along() -> None:
    before = _children()
    quarantine = Quarantine(workers=1)
    await quarantine.check(png(1))
    child = psutil.Process((_children() - before).pop())
    child.suspend()
    picture = jpeg_of_many_scans()
    with anyio.move_on_after(0.2):
        await quarantine.check(picture)
    await anyio.to_thread.run_sync(lambda: psutil.wait_procs([child], timeout=300))
    assert not child.is_running()
    await quarantine.check(png(2))


@pytest.mark.parametrize("begun", [False, True], ids=["beginning", "asked"])
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
async def test_wherever_a_caller_leaves_nothing_stays_open(begun: bool) -> None:
    for later in range(12):
        before, files = _children(), _pipes()
        quarantine = Quarantine(workers=1)
        if begun:
            await quarantine.check(png(1))
        async with anyio.create_task_group() as group:
            group.start_soon(quarantine.check, png(2))
            for _ in range(later):
                await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
        del quarantine
        gc.collect()  # what was cancelled refers to itself
        with anyio.fail_after(60):
            while not await anyio.to_thread.run_sync(_nothing_beside, before, files):
                pass  # the thread that was left is about to end


def _nothing_beside(children: set[int], pipes: set[str]) -> bool:
    """Whether there is nothing new; what other tests left may go meanwhile."""
    return _children() <= children and _pipes() <= pipes


def _pipes() -> set[str]:
    """The pipes of this process."""
    found: set[str] = set()
    for place in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.add(os.readlink(place))
    return {each for each in found if each.startswith("pipe:")}


async def test_what_is_too_large_is_not_even_sent_there() -> None:
    before = _children()
    with pytest.raises(PictureError, match="more than 100"):
        await Quarantine(Limits(bytes=100)).check(png(1, (50, 50)))
    assert _children() <= before


async def test_processes_end_with_what_began_them() -> None:
    before = _children()
    quarantine = Quarantine()
    await quarantine.check(png(1))
    assert _children() - before
    del quarantine
    assert _children() <= before


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
async def test_the_process_knows_no_secret_and_may_write_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sesame")
    before = _children()
    quarantine = Quarantine()
    await quarantine.check(png(1))
    (child,) = _children() - before
    place = Path(f"/proc/{child}")
    assert b"sesame" not in (place / "environ").read_bytes()
    limits = (place / "limits").read_text()
    assert "Max file size             0" in limits
    assert f"Max address space         {3 * 2**30}" in limits


def test_an_answer_is_a_line_per_picture() -> None:
    pictures, answers = io.BytesIO(), io.BytesIO()
    for data in (png(1), b"", b"no picture", encoded((40, 40), "PNG")):
        pictures.write(len(data).to_bytes(8) + data)
    pictures.write(b"cut")
    pictures.seek(0)
    examine(pictures, answers, Limits(side=30), 1e6)
    said = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert [sorted(each) for each in said] == [[], [], ["error"], ["error"], ["error"]]
    assert "longer than 30 pixels" in said[4]["error"]
