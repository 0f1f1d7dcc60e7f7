"""What `editloop serve` does once its options are read."""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import quote

from ..memory import SettingsError
from .options import Common

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from types import FrameType

    from ..server.rules import ServiceRules
    from ..server.vllm import ThinkerServer
    from ..tools import Editor


@dataclass(frozen=True)
class EditorPlan:
    """The options of `serve editor` that say who, where and how many."""

    preset: str
    editor: str
    model: str
    name: str
    host: str
    port: int | None
    token_env: str
    no_token: bool
    replicas: str
    gpus: float

    @property
    def address(self) -> str:
        """The editor's address.

        Raises:
            SettingsError: neither a preset nor an editor, or a model that belongs to none.
        """
        if self.editor:
            if self.model:
                raise SettingsError("--model goes with --preset; say it in the address instead")
            return self.editor

        if not self.preset:
            raise SettingsError("say what to serve: --preset flux-kontext, or --editor retouch")

        query = f"?model={quote(self.model, safe='/')}" if self.model else ""
        return f"diffusers:{self.preset}{query}"

    @property
    def hosts(self) -> frozenset[str]:
        """The names that it is reached by: whatever a proxy calls it, where one stands before it."""
        return frozenset({"*"} if self.no_token else ())

    @property
    def count(self) -> tuple[int, int]:
        """The least and the most replicas.

        Raises:
            SettingsError: no such numbers.
        """
        least, _, most = self.replicas.partition("-")
        if not least.isdecimal() or not (most or least).isdecimal():
            raise SettingsError(f"--replicas {self.replicas!r}: write 2, or 1-4")

        return int(least), int(most or least)


def run_editor(plan: EditorPlan, rules: "ServiceRules", common: Common, *, ray: bool) -> int:
    """Serve until told to stop.

    Raises:
        SettingsError: an option, a package or a port.
        EditloopError: the editor could not be opened.
    """
    installed()
    from ..agent.opening import planned_editor
    from ..server.official import face_of, face_or_plain
    from ..server.running import check_reach

    address, token = plan.address, token_of(plan.token_env)
    check_reach(plan.host, guarded=bool(token) or plan.no_token)
    planned_editor(address, common.choices().settings.backends)
    named = face_of(plan.preset) if plan.editor and plan.preset else face_or_plain(plan.preset)
    port = named.port if plan.port is None else plan.port
    if ray:
        return _on_ray(plan, rules, common, port=port, token=token)

    from ..server.edit_service import service
    from ..server.running import listening, logged, run

    at = listening(plan.host, port)
    port = at.getsockname()[1]
    common.screen.say("serving", f"{address} at http://{plan.host}:{port} (ready: /readyz)")
    with logged(access=not common.quiet):
        run(
            lambda stop: service(
                _opening(address, common),
                rules=rules,
                token=token,
                hosts=plan.hosts,
                preset=plan.preset or "plain",
                model=plan.name,
                stop=stop,
            ),
            at,
            grace_seconds=rules.grace_seconds,
        )
    common.screen.say("stopped", "every edit was answered or cancelled")
    return 0


def run_thinker(server: "ThinkerServer", common: Common, *, within: float, open_: bool) -> int:
    """Serve by vLLM until told to stop.

    Raises:
        SettingsError: an option, a port, or no vLLM.
        ThinkerError: vLLM ended, or does not answer.
    """
    installed()
    import anyio

    from ..server.running import check_reach, listening
    from ..server.vllm import program, serve

    check_reach(server.host, guarded=bool(server.token) or open_)
    found = program()
    listening(server.host, server.port).close()
    screen = common.screen
    screen.say("starting", " ".join(server.command(found)))

    def ready() -> None:
        where = f"editthinker+{server.url}?model={quote(server.served)}"
        screen.say("ready", f"{server.served} answered about two pictures at {server.url}")
        screen.next(f"editloop photo.jpg \"…\" --thinker '{where}'")

    def log(line: str) -> None:
        screen.say("vllm", line)

    anyio.run(lambda: serve(server, log=log, ready=ready, within=within))
    screen.say("stopped", "vLLM has ended")
    return 0


def token_of(name: str) -> str:
    """Read the token from the variable of that name; empty without a name.

    Raises:
        SettingsError: the variable is not set.
    """
    if not name:
        return ""

    if token := os.environ.get(name, "").strip():
        return token

    raise SettingsError(f"--token-env {name}: the variable {name} is not set")


def _on_ray(
    plan: EditorPlan, rules: "ServiceRules", common: Common, *, port: int, token: str
) -> int:
    import signal
    from threading import Event

    from ..server import ray_serve

    least, most = plan.count
    fleet = ray_serve.Fleet(
        editor=plan.address,
        preset=plan.preset or "plain",
        model=plan.name,
        token=token,
        hosts=plan.hosts,
        rules=rules,
        host=plan.host,
        port=port,
        least=least,
        most=most,
        gpus=plan.gpus,
    )
    common.screen.say("starting", f"{least} to {most} replicas of {plan.address} on Ray Serve")
    ray_serve.start(fleet)
    common.screen.say("serving", f"{plan.address} at http://{plan.host}:{port}")
    told = Event()

    def tell(number: int, frame: "FrameType | None") -> None:
        told.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, tell)
    told.wait()
    common.screen.say("stopping", "the replicas finish what they began")
    ray_serve.stop()
    return 0


def _opening(address: str, common: Common) -> "Callable[[], AbstractAsyncContextManager[Editor]]":
    from ..agent.opening import editor_at

    settings = common.choices().settings
    return lambda: editor_at(address, backends=settings.backends, cost=settings.edit_cost)


def installed() -> None:
    """See that the packages of a server are here.

    Raises:
        SettingsError: one is not.
    """
    missing = [name for name in ("starlette", "uvicorn", "python_multipart") if not find_spec(name)]
    if missing:
        raise SettingsError(f"{missing[0]} is not installed: pip install 'editloop[server]'")
