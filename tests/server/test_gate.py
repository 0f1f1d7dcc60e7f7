"""Who is let in at a door: names, pages, tokens."""

from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from editloop.memory import SettingsError
from editloop.server.gate import Gate, principal_of
from editloop.server.guard import ANY, NOBODY, Guard, digest, shown_path
from editloop.server.principals import LOCAL, Principal

pytestmark = pytest.mark.anyio

ALICE, BOB = Principal(name="alice"), Principal(name="bob", sees_all=True)
TOKENS = {digest("sesame"): ALICE, digest("sesame-b"): BOB}
LOCAL_DOOR = Guard()
DOOR = Guard(tokens=TOKENS, allowed_origins=frozenset({"https://chat.example"}))


async def _who(request: Request) -> Response:
    return JSONResponse(principal_of(request).name)


def _asking(guard: Guard) -> httpx2.AsyncClient:
    paths = ("/v1/runs", "/v1/images/edits", "/livez", "/healthz", "/v1/uploads/{ticket}")
    methods = ["GET", "POST", "PUT", "DELETE"]
    app = Starlette(routes=[Route(path, _who, methods=methods) for path in paths])
    transport = httpx2.ASGITransport(app=Gate(app, guard=guard))
    return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


async def _asked(guard: Guard, path: str = "/v1/runs", method: str = "GET", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with _asking(guard) as http:
        return await http.request(method, path, headers=named)


async def test_without_a_gate_it_is_the_person_at_the_machine() -> None:
    assert principal_of({"type": "http"}) == LOCAL


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8000", "localhost.", "127.0.0.1:8000", "127.9.9.9", "[::1]:8000"],
)
async def test_the_names_of_this_machine_are_answered(host: str) -> None:
    answer = await _asked(LOCAL_DOOR, host=host)
    assert (answer.status_code, answer.json()) == (200, "local")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "evil.example/localhost",
        "0.0.0.0:8000",
        "192.168.1.7",
        "127.1",
        "2130706433",
        "[::]",
        "[::ffff:10.0.0.1]",
        "localhost:99999999",
        "localhost evil",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/v1/runs", "/healthz"])
async def test_a_name_that_was_made_to_point_here_is_refused(host: str, path: str) -> None:
    """DNS rebinding: the attacker's page asks its own name, which now leads to the loopback."""
    answer = await _asked(LOCAL_DOOR, path, host=host)
    assert (answer.status_code, answer.json()["code"]) == (421, "host")


async def test_two_host_headers_are_refused() -> None:
    async with _asking(LOCAL_DOOR) as http:
        answer = await http.get(
            "/v1/runs", headers=[("host", "localhost"), ("host", "evil.example")]
        )
    assert answer.status_code == 421


async def test_names_can_be_allowed_and_then_no_others_are_answered() -> None:
    guard = Guard(tokens=TOKENS, allowed_hosts=frozenset({"images.example", "b.example:8443"}))
    statuses = [
        (await _asked(guard, "/healthz", host=host)).status_code
        for host in (
            "images.example",
            "images.example:9",
            "b.example:8443",
            "b.example",
            "c.example",
        )
    ]
    assert statuses == [200, 200, 200, 421, 421]


async def test_with_a_token_any_name_is_answered_as_long_as_none_is_allowed() -> None:
    answer = await _asked(DOOR, host="images.example", authorization="Bearer sesame")
    assert answer.json() == "alice"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost.evil.example",
        "http://evil.example#localhost",
        "http://localhost@evil.example",
        "http://localhost:8000/",
        "null",
        "",
        "file://",
        "localhost",
        "http://[::1",
        "https://chat.example.evil.example",
        "http://chat.example",
    ],
)
@pytest.mark.parametrize("guard", [LOCAL_DOOR, DOOR])
async def test_a_page_of_another_site_is_refused_with_a_token_or_without(
    guard: Guard, origin: str
) -> None:
    answer = await _asked(guard, method="POST", origin=origin, authorization="Bearer sesame")
    assert (answer.status_code, answer.json()["code"]) == (403, "origin")
    assert "access-control-allow-origin" not in answer.headers


async def test_one_good_origin_does_not_excuse_another() -> None:
    async with _asking(LOCAL_DOOR) as http:
        both = [("origin", "http://localhost"), ("origin", "https://evil.example")]
        answer = await http.post("/v1/runs", headers=both)
    assert answer.status_code == 403


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:5"])
async def test_pages_of_this_machine_may_ask_but_read_no_answers(origin: str) -> None:
    answer = await _asked(LOCAL_DOOR, method="POST", origin=origin)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


async def test_pages_that_the_door_itself_served_may_ask() -> None:
    guard = Guard(allowed_hosts=frozenset({"images.example"}))
    same = await _asked(guard, host="images.example", origin="https://images.example")
    other_port = await _asked(guard, host="images.example", origin="https://images.example:8443")
    assert (same.status_code, other_port.status_code) == (200, 403)


async def test_where_every_name_is_answered_an_equal_origin_proves_nothing() -> None:
    guard = Guard(allowed_hosts=frozenset({ANY}))
    plain = await _asked(guard, host="gpu-1.example")
    rebound = await _asked(guard, host="evil.example", origin="http://evil.example")
    assert (plain.status_code, rebound.status_code) == (200, 403)


@pytest.mark.parametrize(
    ("site", "mode", "dest", "status"),
    [
        ("cross-site", "no-cors", "image", 403),
        ("cross-site", "navigate", "iframe", 403),
        ("cross-site", "navigate", "document", 200),
        ("same-origin", "no-cors", "image", 200),
        ("none", "navigate", "document", 200),
    ],
)
async def test_a_picture_inside_a_foreign_page_is_not_given(
    site: str, mode: str, dest: str, status: int
) -> None:
    headers = {"sec_fetch_site": site, "sec_fetch_mode": mode, "sec_fetch_dest": dest}
    assert (await _asked(LOCAL_DOOR, **headers)).status_code == status


async def test_an_allowed_page_may_ask_and_read() -> None:
    ask = {"origin": "https://chat.example", "access_control_request_method": "POST"}
    before = await _asked(
        DOOR, method="OPTIONS", access_control_request_headers="authorization, x-own", **ask
    )
    assert before.status_code == 204
    assert before.headers["access-control-allow-headers"] == "authorization, x-own"
    for token, status in (("sesame", 200), ("wrong", 401)):
        answer = await _asked(DOOR, origin="https://chat.example", authorization=f"Bearer {token}")
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == "https://chat.example"
        assert answer.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:3000", "null"])
async def test_a_preflight_of_any_other_page_is_refused(origin: str) -> None:
    headers = {"origin": origin, "access_control_request_method": "POST"}
    answer = await _asked(DOOR, method="OPTIONS", **headers)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "given",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer sesam",
        "Bearer sesame2",
        "Basic sesame",
        "sesame",
        "Bearer é",
    ],
)
async def test_without_a_token_of_the_door_nobody_is_let_in(given: str) -> None:
    async with _asking(DOOR) as http:
        headers = {b"authorization": given.encode()} if given else {}
        native = await http.get("/v1/runs", headers=headers)
        openai = await http.post("/v1/images/edits", headers=headers)
    assert native.status_code == openai.status_code == 401
    assert native.headers["www-authenticate"].startswith("Bearer ")
    assert native.headers["content-type"] == "application/problem+json"
    assert openai.json()["error"]["type"] == "authentication_error"


async def test_two_tokens_are_none() -> None:
    async with _asking(DOOR) as http:
        both = [("authorization", "Bearer wrong"), ("authorization", "Bearer sesame")]
        answer = await http.get("/v1/runs", headers=both)
    assert answer.status_code == 401


async def test_a_token_says_who_asks() -> None:
    names = [
        (await _asked(DOOR, authorization=f"bearer {token}")).json()
        for token in ("sesame", "sesame-b")
    ]
    assert names == ["alice", "bob"]


async def test_probes_need_no_token_and_nobody_asks() -> None:
    answer = await _asked(DOOR, "/healthz")
    assert (answer.status_code, answer.json()) == (200, NOBODY.name)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/v1/uploads/abc", 200),
        ("GET", "/v1/uploads/abc", 401),
        ("POST", "/v1/uploads/abc", 401),
        ("PUT", "/v1/uploads/", 401),
        ("PUT", "/v1/uploads/abc/def", 401),
        ("PUT", "/v1/runs", 401),
    ],
)
async def test_only_what_a_ticket_allows_needs_no_token(
    method: str, path: str, status: int
) -> None:
    assert (await _asked(DOOR, path, method)).status_code == status


async def test_a_ticket_is_good_in_any_page_but_not_under_any_name() -> None:
    """The App of a chat client is a sandboxed page, whose origin is `null`; the ticket is secret."""
    asking = {"origin": "null", "access_control_request_method": "PUT"}
    before = await _asked(LOCAL_DOOR, "/v1/uploads/abc", "OPTIONS", **asking)
    sent = await _asked(LOCAL_DOOR, "/v1/uploads/abc", "PUT", origin="null")
    rebound = await _asked(LOCAL_DOOR, "/v1/uploads/abc", "PUT", host="evil.example")
    assert (before.status_code, sent.status_code, rebound.status_code) == (204, 200, 421)
    assert sent.headers["access-control-allow-origin"] == "*"


async def test_a_ticket_is_not_written_into_logs() -> None:
    assert shown_path("/v1/uploads/secret") == "/v1/uploads/***"
    assert shown_path("/v1/uploads/") == "/v1/uploads/"
    assert shown_path("/v1/runs/abc") == "/v1/runs/abc"


async def test_tokens_are_not_in_the_rules_as_they_are_written_out() -> None:
    assert digest("sesame") not in repr(DOOR)


async def test_websockets_are_closed_and_the_lifespan_is_passed_on() -> None:
    heard: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append(scope["type"])

    async def receive() -> Any:
        raise AssertionError

    async def send(message: Any) -> None:
        heard.append(message)

    gate = Gate(app, guard=DOOR)
    await gate({"type": "websocket", "headers": []}, receive, send)
    await gate({"type": "lifespan"}, receive, send)
    assert heard == [{"type": "websocket.close", "code": 1008}, "lifespan"]


@pytest.mark.parametrize(
    "origin", ["*", "null", "chat.example", "https://chat.example/", "https://a@b", "ftp://a"]
)
async def test_an_allowed_origin_must_be_one(origin: str) -> None:
    with pytest.raises(SettingsError, match="origin"):
        Guard(allowed_origins=frozenset({origin}))


async def test_names_and_origins_are_allowed_however_they_are_written() -> None:
    guard = Guard(
        tokens=TOKENS,
        allowed_hosts=frozenset({"Images.Example.", "B.example:8443", "[FD00::1]"}),
        allowed_origins=frozenset({"https://Chat.example:443", "http://a.example:80"}),
    )
    for host in ("images.example", "IMAGES.example.:80", "b.example:8443", "[fd00::1]:80"):
        assert (await _asked(guard, "/healthz", host=host)).status_code == 200
    for origin in ("https://chat.example", "http://a.example"):
        answer = await _asked(guard, "/healthz", host="images.example", origin=origin)
        assert answer.headers["access-control-allow-origin"] == origin


@pytest.mark.parametrize("token", ["pässword", "voilà", "密码"])
async def test_a_token_may_have_any_letters(token: str) -> None:
    guard = Guard(tokens={digest(token): ALICE})
    async with _asking(guard) as http:
        headers = {b"authorization": b"Bearer " + token.encode()}
        assert (await http.get("/v1/runs", headers=headers)).json() == "alice"


@pytest.mark.parametrize("host", ["https://a.example", "a b", "", "*.example"])
async def test_an_allowed_host_must_be_one(host: str) -> None:
    with pytest.raises(SettingsError, match="host"):
        Guard(allowed_hosts=frozenset({host}))
