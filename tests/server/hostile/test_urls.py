"""Addresses that a caller should not be able to have fetched, and answers that should not be taken."""

import gzip
import socket
import threading
from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest
from loopback import Asked
from making import png
from web import OPEN, moved, page, web

from editloop.memory import EditloopError, Forbidden, InputError, PictureError
from editloop.server.pictures import Reach
from editloop.server.pictures.fetch import Fetcher, look_up
from editloop.server.pictures.public import address, is_house, is_public

pytestmark = pytest.mark.anyio

INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "169.254.170.2",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:a00:1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::8.8.8.8",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2002:808:808::1",
    "2001:0:7f00:1::1",
    "2001::1",
    "2001:10::1",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2606:4700::1111%eth0",
]
"""Loopback, private, carriers' NAT, link-local, metadata, multicast, documentation, reserved; and all
of it inside IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo."""


@pytest.mark.parametrize("inside", INSIDE)
async def test_a_name_that_leads_inside_is_refused_and_nobody_is_called(inside: str) -> None:
    async with web() as net:
        net.names["pictures.example"] = [inside]
        with pytest.raises(Forbidden, match="open internet"):
            await net.fetcher().fetch("https://pictures.example/cat.png")
    assert net.dialled == []


@pytest.mark.parametrize("inside", INSIDE)
async def test_an_address_of_the_inside_is_refused_as_it_is_written(inside: str) -> None:
    literal = f"[{inside}]" if ":" in inside else inside
    async with web() as net:
        with pytest.raises((Forbidden, InputError)):
            await net.fetcher().fetch(f"https://{literal}/latest/meta-data/")
    assert net.dialled == net.looked_up == []


@pytest.mark.parametrize("inside", ["127.0.0.1", "::1", "10.0.0.1", "2001:db8::1"])
async def test_one_inner_address_among_open_ones_is_enough_to_refuse(inside: str) -> None:
    async with web() as net:
        net.names["pictures.example"] = [OPEN, inside]
        with pytest.raises(Forbidden):
            await net.fetcher().fetch("https://pictures.example/")
    assert net.dialled == []


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "127.0.1",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "0X7F.1",
        "127.0.0.1.",
        "169.254.43518",
        "0xA9FEA9FE",
        "1.2.3.4.5",
        "127.0.0.0x1",
        "１２７.0.0.1",
        "127。0。0。1",
        "①②⑦.0.0.1",
        "0",
        "localhost.0x",
    ],
)
async def test_other_spellings_of_addresses_are_no_hosts(host: str) -> None:
    """Decimal, octal, hexadecimal, short, wide digits: a resolver would take them for the loopback."""
    async with web() as net:
        with pytest.raises((Forbidden, InputError)):
            await net.fetcher().fetch(f"https://{host}/")
    assert net.dialled == net.looked_up == []


@pytest.mark.parametrize(
    "url",
    [
        "http://pictures.example/",
        "https://pictures.example:8443/",
        "https://pictures.example:22/",
        "https://pictures.example:80/",
        "https://user:password@pictures.example/",
        "https://pictures.example@127.0.0.1/",
        "https://127.0.0.1@pictures.example/",
        "https://pictures.example\\@127.0.0.1/",
        "https://127.0.0.1\t.pictures.example/",
        "https://pictures.example/\r\nhost: 127.0.0.1",
        "https:// 127.0.0.1/",
        "https:///127.0.0.1/",
        "https:127.0.0.1",
        "https://[::1",
        "https://[::1%25lo]/",
        "https://",
        "https://pictures.example:99999/",
        "https://pictures.example/" + "a" * 9000,
        "ftp://pictures.example/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "file:///etc/passwd",
        "HTTP://pictures.example/",
        "data:image/png;base64,AAAA",
        "//pictures.example/",
    ],
)
async def test_only_https_at_its_port_without_a_password_is_asked(url: str) -> None:
    async with web() as net:
        net.pages["pictures.example/"] = page(png(90))
        try:
            await net.fetcher().fetch(url)
        except (Forbidden, InputError):
            pass
        else:
            pytest.fail("it was fetched")
    assert [at for at in net.dialled if at != (OPEN, 443)] == []


@pytest.mark.parametrize(
    "to",
    [
        "https://127.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://inside.example/",
        "http://pictures.example/",
        "https://pictures.example:8443/",
        "http://169.254.169.254/latest/meta-data/",
        "//inside.example/",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "gopher://127.0.0.1/",
        "https://[",
    ],
)
async def test_a_redirect_leads_nowhere_that_the_first_address_may_not(to: str) -> None:
    async with web() as net:
        net.names["inside.example"] = ["10.0.0.1"]
        net.pages["pictures.example/"] = moved(to)
        with pytest.raises((Forbidden, InputError)):
            await net.fetcher().fetch("https://pictures.example/")
    assert net.dialled == [(OPEN, 443)]


async def test_a_fourth_redirect_is_not_followed() -> None:
    async with web() as net:
        for number in range(9):
            net.pages[f"pictures.example/{number}"] = moved(f"/{number + 1}")
        with pytest.raises(InputError, match="redirects"):
            await net.fetcher().fetch("https://pictures.example/0")
    assert len(net.asked) == 4


async def test_a_name_that_moves_inside_between_two_looks_gains_nothing() -> None:
    """DNS rebinding: what was judged is what is called; a later look is judged again."""
    async with web() as net:
        net.next_names["moving.example"] = ["127.0.0.1"]
        net.pages["moving.example/"] = page(png(90))
        assert await net.fetcher().fetch("https://moving.example/") == png(90)
        assert net.looked_up == ["moving.example"]
        with pytest.raises(Forbidden):
            await net.fetcher().fetch("https://moving.example/")
    assert net.dialled == [(OPEN, 443)]


async def test_a_name_that_moves_inside_during_a_redirect_is_refused() -> None:
    async with web() as net:
        net.next_names["moving.example"] = ["169.254.169.254"]
        net.pages["moving.example/"] = moved("https://moving.example/again")
        with pytest.raises(Forbidden):
            await net.fetcher().fetch("https://moving.example/")
    assert net.dialled == [(OPEN, 443)]


@pytest.mark.parametrize(
    "ip",
    [
        "169.254.169.254",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "0.0.0.0",
        "224.0.0.1",
        "fd00:ec2::254",
        "fe80::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "::169.254.169.254",
    ],
)
async def test_not_even_an_allowed_host_may_lead_to_the_metadata_of_a_cloud(ip: str) -> None:
    async with web() as net:
        net.names["nas.example"] = [ip]
        with pytest.raises(Forbidden):
            await net.fetcher(private_hosts=frozenset({"nas.example"})).fetch(
                "https://nas.example/"
            )
    assert net.dialled == []


async def _for_ever(asked: Asked) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 So\r\n\r\n"
    while True:
        yield bytes(65_536)


async def _never(asked: Asked) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 So\r\ncontent-length: 10\r\n\r\na"
    await anyio.sleep_forever()


BOMB = gzip.compress(bytes(5_000_000))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page(b"a", content_length="999999999999999999999999"), "larger than|broke off"),
        (page(b"a", content_length="2000000"), "larger than"),
        (_for_ever, "larger than"),
        (page(BOMB, content_encoding="gzip"), "compressed"),
        (page(BOMB, content_encoding="br, gzip"), "compressed"),
    ],
)
async def test_an_answer_that_is_too_large_is_not_read_to_its_end(answer: Any, said: str) -> None:
    async with web() as net:
        net.pages["pictures.example/"] = answer
        with pytest.raises((PictureError, InputError), match=said):
            await net.fetcher(limit=1_000_000).fetch("https://pictures.example/")


async def test_an_answer_that_does_not_come_is_not_waited_for() -> None:
    async with web() as net:
        net.pages["pictures.example/"] = _never
        with pytest.raises(InputError, match="longer than"):
            await net.fetcher(url_seconds=0.3).fetch("https://pictures.example/")


async def test_a_lookup_that_does_not_come_is_not_waited_for() -> None:
    async def look_up(name: str, port: int) -> list[str]:
        await anyio.sleep_forever()
        raise AssertionError

    fetcher = Fetcher(Reach(urls=True, url_seconds=0.1), 1000, look_up=look_up)
    with pytest.raises(InputError, match="longer than"):
        await fetcher.fetch("https://pictures.example/")


async def test_nothing_is_fetched_unless_it_was_allowed() -> None:
    async with web() as net:
        with pytest.raises(Forbidden, match="--allow-urls"):
            await net.fetcher(urls=False).fetch("https://pictures.example/")
    assert net.looked_up == []


async def test_a_refusal_does_not_say_where_a_name_leads() -> None:
    async with web() as net:
        net.names["inside.example"] = ["10.20.30.40"]
        with pytest.raises(EditloopError) as caught:
            await net.fetcher().fetch("https://inside.example/?key=secret")
    assert "10.20" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "8.8.8.8",
        "172.15.0.1",
        "172.32.0.1",
        "2606:4700::1111",
        "64:ff9b::8.8.8.8",
        "::ffff:8.8.8.8",
    ],
)
def test_addresses_of_the_open_internet_are_told_from_those(text: str) -> None:
    found = address(text)
    assert found
    assert is_public(found)
    assert not is_house(found)


@pytest.mark.parametrize("text", ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.9", "fd00::1"])
async def test_a_host_that_is_allowed_by_name_may_be_of_the_house(text: str) -> None:
    async with web() as net:
        net.names["pictures.example"] = [text]
        net.pages["pictures.example/"] = page(png(90))
        fetcher = net.fetcher(private_hosts=frozenset({"pictures.example"}))
        assert await fetcher.fetch("https://pictures.example/") == png(90)


async def test_a_host_that_is_allowed_by_name_opens_no_other() -> None:
    async with web() as net:
        net.names["pictures.example"] = ["192.168.0.9"]
        net.pages["pictures.example/"] = page(png(90))
        net.pages["other.example/"] = page(png(13))
        fetcher = net.fetcher(urls=False, private_hosts=frozenset({"Pictures.Example."}))
        assert await fetcher.fetch("https://PICTURES.example/") == png(90)
        with pytest.raises(Forbidden, match="allowed by name"):
            await fetcher.fetch("https://other.example/")
    assert net.looked_up == ["pictures.example"]


async def test_names_that_nobody_answers_for_keep_no_other_from_being_looked_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A resolver waits for half a minute; whoever asks for many such names fills its threads."""
    real, let = socket.getaddrinfo, threading.Event()

    def resolver(host: Any, *args: Any, **named: Any) -> Any:
        if host == "silent.example":
            let.wait()
            raise socket.gaierror
        return real(host, *args, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    async with anyio.create_task_group() as group:
        for _ in range(40):
            group.start_soon(look_up, "silent.example", 443)
        try:
            with anyio.fail_after(60):
                await anyio.wait_all_tasks_blocked()
                assert await anyio.getaddrinfo("localhost", 80)
        finally:
            let.set()
            group.cancel_scope.cancel()
