"""An AVIF is as large as its AV1 streams say, whatever its boxes say."""

import struct
from collections.abc import Callable

import pytest
from PIL import Image

from editloop.memory import PictureError
from editloop.memory.images import Limits, av1, avif_items, decode, probe

Make = Callable[..., bytes]
Field = tuple[int, int]  # value, bits
NOISE = Image.effect_noise((240, 200), 90).convert("RGB")


def packed(*fields: Field) -> bytes:
    text = "".join(f"{value:0{bits}b}" for value, bits in fields if bits) + "1"
    return int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8))


def unit(kind: int, content: bytes) -> bytes:
    return bytes((kind << 3 | 2, len(content))) + content


def sequence(*points: Field, ids: tuple[Field, ...] = ((0, 1),), screen: Field = (1, 1)) -> bytes:
    """A full sequence header of 64x48 whose frames could name 65,536x32,768."""
    size = ((15, 4), (14, 4), (63, 16), (47, 15))
    tools = ((0, 3), (0, 4), (1, 1), (0, 2), screen, (1, 1), (6, 3))
    return unit(1, packed((0, 5), *points, *size, *ids, *tools))


PLAIN = ((0, 1), (0, 1), (0, 5), (0, 12), (4, 5))  # no timing, one operating point
TIMED = (
    (1, 1), (1, 32), (25, 32), (0, 1),  # timing, no equal interval
    (1, 1), (9, 5), (1, 32), (9, 5), (6, 5),  # decoder model: 10 bits of delay, 7 of time
    (1, 1), (1, 5),  # initial delays, two points
    (0, 12), (8, 5), (1, 1), (1, 1), (5, 10), (6, 10), (0, 1), (1, 1), (3, 4),
    (0, 12), (4, 5), (0, 1), (0, 1),
)  # fmt: skip
EQUAL = ((1, 1), (1, 32), (25, 32), (1, 1), (0b00101, 5), (0, 1), (0, 1), (0, 5), (0, 12), (4, 5))
IDS = ((1, 1), (3, 4), (2, 3))  # 5 + 3 bits


def shown_key(own_size: int, time: Field = (0, 0), ids: Field = (0, 0)) -> bytes:
    return unit(6, packed((0, 1), (0, 2), (1, 1), time, (0, 1), (1, 1), (1, 1), ids, (own_size, 1)))


def refilled(avif: bytes, stream: bytes) -> bytes:
    """The file with another stream in the place of its item, padded to the old length."""
    (old,) = avif_items.streams(avif)
    rest = len(old) - len(stream) - 2
    return avif.replace(old, stream + bytes((15 << 3 | 2, rest)) + bytes(rest))


@pytest.mark.parametrize(("points", "time"), [(PLAIN, (0, 0)), (TIMED, (77, 7)), (EQUAL, (0, 0))])
@pytest.mark.parametrize(("ids", "id_bits"), [(((0, 1),), (0, 0)), (IDS, (200, 8))])
@pytest.mark.parametrize("own_size", [0, 1])
def test_every_optional_field_before_the_size_is_passed_over(
    points: tuple[Field, ...], time: Field, ids: tuple[Field, ...], id_bits: Field, own_size: int
) -> None:
    coded = av1.read(sequence(*points, ids=ids) + shown_key(own_size, time, id_bits))

    assert coded.sequences == ((64, 48),)
    assert coded.frames == (((65_536, 32_768),) if own_size else ())


def test_hidden_and_switching_frames_are_seen() -> None:
    head = sequence(*PLAIN, screen=(0, 1))[:-1]
    hidden = unit(3, packed((0, 1), (1, 2), (0, 1), (0, 1), (1, 1), (0, 1), (0, 1), (1, 1)))
    again = unit(3, packed((1, 1), (0, 3)))
    switch = unit(3, packed((0, 1), (3, 2), (1, 1), (0, 1), (0, 1), (0, 1)))
    whole = sequence(*PLAIN)

    assert [len(av1.read(whole + frame).frames) for frame in (hidden, again, switch)] == [1, 0, 1]
    with pytest.raises(PictureError, match="cut off"):
        av1.read(head)


@pytest.mark.parametrize(
    ("stream", "why"),
    [
        (b"", "no sequence header"),
        (unit(2, b""), "no sequence header"),
        (shown_key(0), "a frame before its sequence header"),
        (b"\xff\xff", "no AV1 stream"),
        (b"\x0a\x7f\0", "cut off"),
        (b"\x0a" + b"\xff" * 9, "more than 8 bytes"),
        (unit(2, b"") * 5000, "more than 4,096 units"),
    ],
)
def test_a_stream_that_makes_no_sense_is_refused(stream: bytes, why: str) -> None:
    with pytest.raises(PictureError, match=why):
        av1.read(stream)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_sizes_of_real_streams_are_those_of_the_picture(
    many: bool, mode: str, encoded: Make
) -> None:
    image = NOISE.convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    others = [image.rotate(180), image.rotate(20)] if many else []

    data = encoded(image, "AVIF", save_all=many, append_images=others)

    read = [av1.read(stream) for stream in avif_items.streams(data)]
    assert read == [av1.Coded(((240, 200),), ())] * (len(mode) - 2) * (2 if many else 1)


@pytest.mark.parametrize("many", [False, True])
def test_an_avif_that_codes_more_than_it_says_is_refused(many: bool, encoded: Make) -> None:
    data = encoded(NOISE, "AVIF", save_all=many, append_images=[NOISE.rotate(180)] if many else [])
    for form in (">II", ">HH"):
        data = data.replace(struct.pack(form, 240, 200), struct.pack(form, 64, 64))
    data = data.replace(struct.pack(">HHHH", 240, 0, 200, 0), struct.pack(">HHHH", 64, 0, 64, 0))

    with pytest.raises(PictureError, match="codes 240x200, larger than it says"):
        probe(data, Limits(pixels=5000))
    with pytest.raises(PictureError, match="codes 240x200, larger than it says"):
        decode(data)


def test_a_stream_whose_frames_may_be_of_any_size_is_refused(encoded: Make) -> None:
    avif = encoded(Image.effect_noise((64, 48), 5).convert("RGB"), "AVIF", quality=5)
    harmless = refilled(avif, sequence(*PLAIN) + shown_key(0))

    assert probe(harmless).width == 64
    with pytest.raises(PictureError, match="65536x32768, longer than 16383 pixels"):
        probe(refilled(avif, sequence(*PLAIN) + shown_key(1)))


@pytest.mark.parametrize("wide", [0, 1])
def test_the_size_of_a_grid_is_read(wide: int, encoded: Make) -> None:
    avif = encoded(NOISE, "AVIF").replace(b"av01Color", b"gridColor")
    (at, length) = struct.unpack_from(">II", avif, avif.index(b"iloc") + 18)
    grid = struct.pack(">4BII" if wide else ">4BHH", 0, wide, 1, 1, 60_000, 50_000)

    assert [*avif_items.grids(avif[:at] + grid.ljust(length, b"\0"))] == [(60_000, 50_000)]
    assert not [*avif_items.streams(avif)]


def test_items_in_too_many_or_too_large_pieces_are_refused(encoded: Make) -> None:
    avif = encoded(NOISE, "AVIF")
    at = avif.index(b"iloc") + 12

    def patched(offset: int, new: bytes) -> bytes:
        return avif[: at + offset] + new + avif[at + offset + len(new) :]

    assert struct.unpack_from(">HHHH", avif, at - 2) == (1, 1, 0, 1)  # items, number, file, pieces
    for data, why in (
        (patched(4, b"\xff\xff"), "cut off"),
        (patched(10, b"\xff\xff\xff\xff"), "larger than the file"),
        (patched(6, b"\xff\xff\xff\xff"), "cut off"),
    ):
        with pytest.raises(PictureError, match=why):
            probe(data)


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def test_far_too_many_pieces_are_refused_before_they_are_counted_out() -> None:
    items = b"".join(struct.pack(">HHH", item, 0, 65_535) for item in (1, 2))
    locations = box(b"iloc", bytes(4), struct.pack(">HH", 0, 2), items)

    with pytest.raises(PictureError, match="more than 65,536 items"):
        list(avif_items.streams(box(b"meta", bytes(4), locations)))


def test_many_items_that_share_one_long_stream_are_refused() -> None:
    stream = sequence(*PLAIN) + unit(2, b"") * 500_000
    names = (box(b"infe", b"\2\0\0\0", struct.pack(">HH4s", n, 0, b"av01")) for n in range(30))
    places = (struct.pack(">HHHII", n, 0, 1, 0, len(stream)) for n in range(30))
    meta = box(
        b"meta", bytes(4), box(b"iinf", bytes(4), b"\0\x1e", *names),
        box(b"iloc", bytes(4), b"\x44\0\0\x1e", *places),
    )  # fmt: skip

    with pytest.raises(PictureError, match="its items overlap"):
        list(avif_items.streams(meta + box(b"mdat", stream)))
