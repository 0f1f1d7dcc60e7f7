"""What is kept in memory is bounded, and the latest."""

from hypothesis import given
from hypothesis import strategies as st

from editloop.memory.images.recent import Recent


def test_the_least_recently_wanted_leaves_first() -> None:
    recent = Recent(10)
    recent.keep("a", b"1234")
    recent.keep("b", b"1234")
    assert recent.get("a") == b"1234"
    recent.keep("c", b"1234")
    assert [recent.get(name) for name in "abc"] == [b"1234", None, b"1234"]


def test_what_is_larger_than_the_limit_is_not_kept_and_drives_nothing_out() -> None:
    recent = Recent(4)
    recent.keep("a", b"123")
    recent.keep("b", b"12345")
    assert (recent.get("a"), recent.get("b")) == (b"123", None)


def test_what_is_forgotten_is_gone_and_makes_room() -> None:
    recent = Recent(4)
    recent.keep("a", b"1234")
    recent.forget("a")
    recent.keep("b", b"1234")
    assert (recent.get("a"), recent.get("b")) == (None, b"1234")


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.binary(max_size=6)), max_size=50))
def test_the_limit_is_never_exceeded(kept: list[tuple[str, bytes]]) -> None:
    recent = Recent(10)
    for name, data in kept:
        recent.keep(name, data)
        assert sum(len(recent.get(name) or b"") for name in "abcdef") <= 10
