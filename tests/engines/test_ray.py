"""The edit service on real Ray Serve: replicas, readiness, cancellation, a failing start."""

import base64
import socket
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import anyio
import httpx2
import pytest
from anyio import to_thread
from served import Held
from served import serving_of as serving

from editloop.memory import EditorError, SettingsError
from editloop.server import ray_serve
from editloop.server.rules import ServiceRules
from editloop.tools import EditRequest, Picture
from editloop.tools.pool.probing import tiny_png
from editloop.tools.remote.editthinker_service import EditThinkerService

pytestmark = pytest.mark.anyio

ENCODED = base64.b64encode(tiny_png()).decode()
BODY = {"image": ENCODED, "prompt": "make it warmer", "seed": 1}


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """Ray on this machine, without a dashboard, with little memory."""
    ray: Any = import_module("ray")
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=200 * 2**20,
        log_to_driver=False,
        configure_logging=False,
    )
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def url(cluster: None) -> Iterator[str]:
    """Two replicas of the embedded editor."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    fleet = ray_serve.Fleet(
        editor="retouch",
        preset="flux-kontext",
        token="sesame",
        rules=ServiceRules(at_once=2),
        port=port,
        least=2,
        most=2,
        gpus=0,
        cpus=0.5,
    )
    ray_serve.start(fleet)
    yield f"http://127.0.0.1:{port}"
    ray_serve.stop()


async def test_replicas_are_ready_when_the_service_has_started(url: str) -> None:
    async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
        answers = [await http.get("/readyz") for _ in range(8)]
    assert {answer.status_code for answer in answers} == {200}


async def test_both_protocols_are_spoken_through_ray(url: str) -> None:
    headers = {"Authorization": "Bearer sesame"}
    form = {"image": ("a.png", tiny_png(), "image/png")}
    async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
        refused = await http.post("/edit", json=BODY)
        official = await http.post("/edit", json=BODY, headers=headers)
        data = {"prompt": "make it warmer"}
        openai = await http.post("/v1/images/edits", files=form, data=data, headers=headers)
    assert refused.status_code == 401
    assert official.json()["original_image"] == ENCODED
    assert base64.b64decode(openai.json()["data"][0]["b64_json"])


async def test_many_edits_are_spread_over_the_replicas_and_all_are_answered(url: str) -> None:
    headers = {"Authorization": "Bearer sesame"}
    request = EditRequest(Picture(tiny_png(), "image/png"), "make it warmer")
    made: list[bytes] = []
    async with EditThinkerService(url, "flux-kontext", headers=headers) as editor:

        async def edit() -> None:
            made.append((await editor.edit(request)).picture.data)

        async with anyio.create_task_group() as group:
            for _ in range(12):
                group.start_soon(edit)
    assert len(made) == 12
    assert len(set(made)) == 1


async def test_a_proxy_that_listens_elsewhere_already_is_told(url: str) -> None:
    fleet = ray_serve.Fleet(editor="retouch", gpus=0, cpus=0.5, port=1)
    with pytest.raises(SettingsError, match="runs already"):
        await to_thread.run_sync(ray_serve.start, fleet)


async def test_a_client_that_leaves_cancels_its_edit_through_ray(cluster: None) -> None:
    editor = Held(open=False)
    async with serving(editor, preset="plain") as behind:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port: int = probe.getsockname()[1]
        fleet = ray_serve.Fleet(
            editor=f"editthinker+{behind.url}?preset=plain",
            rules=ServiceRules(probe=False),
            port=port,
            gpus=0,
            cpus=0.5,
        )
        await to_thread.run_sync(ray_serve.stop)  # the proxy of the tests above
        await to_thread.run_sync(ray_serve.start, fleet)
        try:
            async with httpx2.AsyncClient(timeout=30) as http, anyio.create_task_group() as group:
                group.start_soon(lambda: http.post(f"http://127.0.0.1:{port}/edit", json=BODY))
                await editor.begun.wait()
                group.cancel_scope.cancel()  # closes the socket to Ray's proxy
            with anyio.fail_after(20):
                await editor.cancelled.wait()
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(ray_serve.stop)


async def test_an_editor_that_cannot_be_opened_starts_no_replica(cluster: None) -> None:
    fleet = ray_serve.Fleet(editor="retouch:elsewhere", gpus=0, cpus=0.5, port=0)
    with pytest.raises(EditorError, match="no replica"):
        ray_serve.start(fleet)


def test_numbers_of_replicas_that_cannot_be_are_refused() -> None:
    with pytest.raises(SettingsError, match="from 3 to 2"):
        ray_serve.start(ray_serve.Fleet(editor="retouch", least=3, most=2))
