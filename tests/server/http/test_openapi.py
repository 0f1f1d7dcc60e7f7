"""The description is made of the code, is checked in, and holds for what the server answers."""

import base64
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import anyio
import hypothesis
import pytest
from apis import asking
from described_server import Known, described
from making import png

from editloop.server.http.openapi import PLACE, document, text

openapi: Any = import_module("schemathesis.openapi")  # its types are not complete
checks: Any = import_module("schemathesis.specs.openapi.checks")
CHECKS: Any = [
    import_module("schemathesis.checks").not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
schema: Any = openapi.from_dict(dict(document()))
of_things: Any = openapi.from_dict(dict(document()))
of_things.config.phases.coverage.enabled = False  # the first one goes through every corner
PATIENCE = 600  # seconds; `Prefer: wait` may ask for as many
EXAMPLES = hypothesis.settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.filter_too_much],
)


def test_the_description_that_is_checked_in_is_the_one_of_the_code() -> None:
    assert PLACE.read_text("utf-8") == text(), "python -m editloop.server.http.openapi"


def test_every_route_is_described_and_every_description_has_a_route(tmp_path: Path) -> None:
    async def paths() -> set[str]:
        async with asking(tmp_path) as asked:
            return {getattr(route, "path", "") for route in asked.app.router.routes}

    undescribed = {"/mcp", "/v1/images/generations", "/v1/images/variations"}
    served = {path.replace(":path}", "}") for path in anyio.run(paths)}
    assert served - undescribed == set(document()["paths"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    with described(tmp_path_factory.mktemp("api")) as found:
        yield found


@schema.parametrize()
@EXAMPLES
def test_no_request_is_answered_in_a_way_that_is_not_described(case: Any, server: Known) -> None:
    response = case.call(base_url=server.url, timeout=PATIENCE)
    case.validate_response(response, checks=CHECKS)


@of_things.include(path_regex=r"\{|/v1/runs$|/edits$").parametrize()
@EXAMPLES
def test_nor_is_one_about_things_that_are_there(case: Any, server: Known) -> None:
    known = {"run": server.run, "sha256": server.sha256, "ticket": server.ticket, "turn": 1}
    found: dict[str, Any] = dict(case.path_parameters or {})
    case.path_parameters = {name: known.get(name, value) for name, value in found.items()}
    _with_pictures(case.body, f"editloop://image/{server.sha256}")
    response = case.call(base_url=server.url, timeout=PATIENCE)
    case.validate_response(response, checks=CHECKS)


def _with_pictures(body: object, handle: str) -> None:
    """Put a picture that is there where one belongs; a form takes bytes."""
    if not isinstance(body, dict):
        return
    data = "data:image/png;base64," + base64.b64encode(png(1)).decode()
    fields = cast("dict[str, Any]", body)
    for name, value in fields.items():
        if name in ("image", "mask") and value is not None:
            fields[name] = handle if isinstance(value, str) else value
        if name == "images":
            fields[name] = [data]
        if name == "references" and isinstance(value, list):
            fields[name] = [handle] * len(cast("list[object]", value))
