"""Pictures from the web, over a real TLS connection to the address that was judged."""

import anyio
import pytest
from loopback import serving
from making import png
from web import OPEN, OTHER, moved, page, web

from editloop.memory import InputError
from editloop.server.pictures import Reach
from editloop.server.pictures.fetch import Fetcher, look_up

pytestmark = pytest.mark.anyio

URL = "https://pictures.example/cat.png?signature=secret"


async def test_a_picture_is_fetched_from_the_address_that_was_looked_up_once() -> None:
    async with web() as net:
        net.pages["pictures.example/cat.png?signature=secret"] = page(png(90))
        assert await net.fetcher().fetch(URL) == png(90)
    assert net.looked_up == ["pictures.example"]
    assert net.dialled == [(OPEN, 443)]


async def test_nothing_of_this_machine_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    async with web() as net:
        net.pages["pictures.example/cat.png?signature=secret"] = page(png(90), set_cookie="a=b")
        fetcher = net.fetcher()
        await fetcher.fetch(URL)
        await fetcher.fetch(URL)
    assert [sorted(asked.headers) for asked in net.asked] == [
        ["accept", "accept-encoding", "connection", "host", "user-agent"]
    ] * 2
    assert net.asked[0].headers["accept-encoding"] == "identity"


async def test_the_next_address_is_asked_where_nobody_listens() -> None:
    async with web() as net:
        net.names["pictures.example"], net.closed = [OTHER, OPEN], {OTHER}
        net.pages["pictures.example/"] = page(png(90))
        assert await net.fetcher().fetch("https://pictures.example/") == png(90)
    assert net.dialled == [(OTHER, 443), (OPEN, 443)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_each_is_looked_up_anew(status: int) -> None:
    async with web() as net:
        net.pages["pictures.example/a"] = moved("/b", status)
        net.pages["pictures.example/b"] = moved("https://OTHER.example/c", status)
        net.pages["other.example/c"] = page(png(90))
        assert await net.fetcher().fetch("https://pictures.example/a") == png(90)
    assert net.looked_up == ["pictures.example", "pictures.example", "other.example"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page(status=404), "answered 404"),
        (page(status=302), "answered 302"),
        (b"HTTP/1.1 200 So\r\ncontent-length: 5\r\n\r\nab", "broke off"),
        (b"no HTTP", "broke off"),
    ],
)
async def test_what_is_no_answer_is_said_without_the_signature(answer: bytes, said: str) -> None:
    async with web() as net:
        net.pages["pictures.example/cat.png?signature=secret"] = answer
        with pytest.raises(InputError, match=said) as caught:
            await net.fetcher().fetch(URL)
    assert "secret" not in str(caught.value)


async def test_a_name_that_is_not_known_and_one_where_nobody_listens_are_said() -> None:
    async with web() as net:
        with pytest.raises(InputError, match="is not known"):
            await net.fetcher().fetch("https://unknown.example/")
        net.closed = {OPEN}
        with pytest.raises(InputError, match="cannot be reached"):
            await net.fetcher().fetch(URL)


async def test_a_certificate_of_another_name_is_not_taken() -> None:
    async with web() as net:
        net.names["stranger.example"] = [OPEN]
        with pytest.raises(InputError, match="not safely"):
            await net.fetcher().fetch("https://stranger.example/")
    assert net.asked == []


async def test_the_authorities_of_the_system_do_not_know_a_stranger() -> None:
    async with web() as net:
        reach = Reach(urls=True)
        fetcher = Fetcher(reach, 1000, look_up=net.look_up, dial=net.dial)
        with pytest.raises(InputError, match="not safely"):
            await fetcher.fetch(URL)


async def test_a_private_host_may_be_allowed_by_name_with_any_port_and_without_tls() -> None:
    async with serving() as server:
        server.body, server.media_type = png(90), "text/plain"
        port = server.url.rpartition(":")[2]
        reach = Reach(urls=True, private_hosts=frozenset({"localhost", f"127.0.0.1:{port}"}))
        fetcher = Fetcher(reach, 1_000_000)
        assert await fetcher.fetch(f"http://127.0.0.1:{port}/cat.png") == png(90)
        assert await fetcher.fetch(f"http://LOCALHOST.:{port}/cat.png") == png(90)
    assert server.asked[0].headers["host"] == f"127.0.0.1:{port}"


async def test_the_resolver_of_the_system_gives_plain_addresses() -> None:
    assert set(await look_up("localhost", 443)) <= {"127.0.0.1", "::1"}


async def test_a_caller_that_leaves_ends_the_request() -> None:
    async with serving() as server:
        server.body = None
        port = server.url.rpartition(":")[2]
        fetcher = Fetcher(Reach(urls=True, private_hosts=frozenset({"127.0.0.1"})), 1000)
        async with anyio.create_task_group() as group:
            group.start_soon(fetcher.fetch, f"http://127.0.0.1:{port}/")
            await server.arrived.wait()
            group.cancel_scope.cancel()
        with anyio.fail_after(60):
            await server.left.wait()
