"""Random and mutated files raise `PictureError` or decode; nothing else, within bounded memory."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from editloop.memory import PictureError
from editloop.memory.images import Limits, decode, deliver, probe

Make = Callable[..., bytes]
SMALL = Limits(pixels=400_000)
MAGIC = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"RIFF\xff\0\0\0WEBPVP8X",
    b"GIF89a",
    b"II*\0",
    b"MM\0+",
    b"\0\0\0\x18ftypavif",
)
careful = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def handled(data: bytes) -> None:
    with suppress(PictureError):
        decode(data, SMALL)


@careful
@given(magic=st.sampled_from(MAGIC), rest=st.binary(max_size=600))
def test_random_bytes_behind_any_signature_are_handled(magic: bytes, rest: bytes) -> None:
    handled(magic + rest)


Change = tuple[float, bytes, int]
changes = st.lists(
    st.tuples(
        st.floats(0, 1) | st.floats(0, 0.1),  # where, as a part of the file; headers come first
        st.binary(min_size=1, max_size=4),
        st.integers(0, 4),  # how many bytes give way
    ),
    min_size=1,
    max_size=6,
)


def changed(picture: bytes, edits: list[Change]) -> bytes:
    for where, new, gone in edits:
        at = int(where * len(picture))
        picture = picture[:at] + new + picture[at + gone :]
    return picture


@settings(careful, max_examples=600)
@given(which=st.integers(0, 1000), edits=changes)
def test_mutated_pictures_are_handled(
    valid: dict[str, bytes], which: int, edits: list[Change]
) -> None:
    handled(changed(list(valid.values())[which % len(valid)], edits))


@settings(careful, max_examples=100)
@given(kind=st.sampled_from(("jpeg", "png", "webp", "tiff")), edits=changes)
def test_pictures_like_mutated_ones_are_delivered_or_refused(
    valid: dict[str, bytes], kind: str, edits: list[Change]
) -> None:
    source = changed(valid[kind], edits)
    try:
        made = deliver(valid["progressive"], like=source, media_type=None, limits=SMALL)
    except PictureError:
        return
    assert probe(made.data).width == 48


MEASURE = """
import resource, sys
from editloop.memory import PictureError
from editloop.memory.images import decode
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
data = sys.stdin.buffer.read()
before = peak()
try:
    decode(data)
except PictureError as refusal:
    print("refused", peak() - before)
"""


@pytest.mark.parametrize("size", [(13_000, 13_000), (16_383, 16_383), (2**31 - 1, 2**31 - 1)])
def test_refusing_a_bomb_takes_a_few_megabytes(size: tuple[int, int], png: Make) -> None:
    bomb = png(size, 8, 6, bytes(30_000_000))

    done = subprocess.run(
        [sys.executable, "-c", MEASURE], input=bomb, capture_output=True, check=True, timeout=300
    )

    verdict, kibibytes = done.stdout.split()
    assert verdict == b"refused"
    assert int(kibibytes) < 20_000
