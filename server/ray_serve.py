"""The same application on Ray Serve: a replica per GPU, more of them when the line grows.

Only this file imports Ray. A replica takes requests once its editor has answered a tiny edit.
Idempotency keys and metrics are each replica's own.
"""

import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from starlette.applications import Starlette

from ..memory import EditorError, SettingsError
from ..tools import Editor
from .desk import Desk
from .edit_service import service
from .rules import ServiceRules

APP = "editloop-editor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What every replica is, and how many there are."""

    editor: str
    """The editor's address, opened in each replica."""

    preset: str = "plain"
    model: str = ""
    token: str = field(default="", repr=False)
    hosts: frozenset[str] = frozenset()
    """Names that it is reached by without a token; `*` for all."""

    rules: ServiceRules = ServiceRules()  # noqa: RUF009 (frozen)
    host: str = "127.0.0.1"
    port: int = 8005
    least: int = 1
    most: int = 1
    """Replicas; more than `least` begin when requests wait."""

    gpus: float = 1.0
    """Of one replica; 0 for editors on a processor."""

    cpus: float = 1.0


def start(fleet: Fleet) -> None:
    """Start the replicas and the proxy; return once one of them is ready.

    Raises:
        SettingsError: Ray is not installed, listens elsewhere, or the numbers of replicas cannot be.
        EditorError: no replica could begin; Ray's log says more.
    """
    if not 1 <= fleet.least <= fleet.most:
        raise SettingsError(f"from {fleet.least} to {fleet.most} replicas: write 1 or more, upward")

    serve = _serve()
    serve.start(http_options={"host": fleet.host, "port": fleet.port})
    try:
        serve.run(_deployment(serve, fleet).bind(), name=APP, route_prefix="/")
    except Exception as error:
        stop()
        raise EditorError(f"no replica of {fleet.editor} could begin: {error}") from error

    if not _listens(fleet):
        serve.delete(APP)
        raise SettingsError(
            f"Ray Serve runs already in this cluster and does not listen at {fleet.host}:"
            f"{fleet.port}: give its own --host and --port, or end it with serve shutdown"
        )


def stop() -> None:
    """End the replicas and the proxy; edits under way have their grace time."""
    _serve().shutdown()


def _listens(fleet: Fleet) -> bool:
    try:
        with socket.create_connection((fleet.host, fleet.port), timeout=5):
            return True
    except OSError:
        return False


def _serve() -> Any:
    try:
        return import_module("ray.serve")
    except ImportError as error:
        raise SettingsError(
            "--ray needs Ray Serve: pip install 'editloop[ray]', or leave --ray out"
        ) from error


def _deployment(serve: Any, fleet: Fleet) -> Any:
    """Describe the deployment. Ray sends the class by value and `_application` by name."""

    def application() -> Starlette:
        return _application(fleet)

    rules = fleet.rules
    decorated: Callable[[type], Any] = serve.deployment(
        name="editor",
        ray_actor_options={"num_gpus": fleet.gpus, "num_cpus": fleet.cpus},
        max_ongoing_requests=2 * (rules.at_once + rules.waiting),  # the line itself answers 429
        graceful_shutdown_timeout_s=rules.grace_seconds,
        autoscaling_config={
            "min_replicas": fleet.least,
            "max_replicas": fleet.most,
            "target_ongoing_requests": rules.at_once + 1,
        },
    )

    class Replica:
        """One editor."""

        app: Starlette

        async def check_health(self) -> None:
            """Tell Ray when this replica has to be replaced."""
            desk: Desk = self.app.state.desk
            if desk.keeper.failed:
                raise desk.keeper.failed

    return decorated(serve.ingress(application)(Replica))


def _application(fleet: Fleet) -> Starlette:
    return service(
        opening(fleet.editor),
        rules=fleet.rules,
        token=fleet.token,
        hosts=fleet.hosts,
        preset=fleet.preset,
        model=fleet.model,
        patient=True,
    )


def opening(address: str) -> Callable[[], AbstractAsyncContextManager[Editor]]:
    """How the editor of an address is opened."""
    from ..agent.opening import editor_at

    return lambda: editor_at(address)
