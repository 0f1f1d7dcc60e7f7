"""What `editloop serve api` takes, and does once its options are read."""

import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group, Parameter

from ..memory import SettingsError
from .asking import AskOptions, PublicUrl
from .options import as_seconds
from .reaching import ReachOptions
from .screen import Screen

if TYPE_CHECKING:
    from ..agent import Choices
    from ..server.http.inside import ApiRules
    from ..server.running import Make

_WHERE = Group("Where", sort_key=2)
_WHO = Group("Who may ask", sort_key=3)
_BOUNDS = Group("Bounds", sort_key=4)
_PICTURES = Group("Pictures that may be named", sort_key=5)


@Parameter(name="*", group=_WHERE)
@dataclass(frozen=True)
class Place:
    """Where to listen."""

    host: Annotated[str, Parameter(metavar="ADDRESS", help="Where to listen; 127.0.0.1.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Parameter(help="8020; the first one that is free with 0.")] = 8020
    public_url: PublicUrl = ""
    no_mcp: Annotated[
        bool, Parameter(negative="", help="Do not answer chat assistants at /mcp.")
    ] = False


@Parameter(name="*", group=_WHO)
@dataclass(frozen=True)
class Who(AskOptions):
    """Who may ask, from where."""


@Parameter(name="*", group=_BOUNDS)
@dataclass(frozen=True)
class Bounds:
    """How much at the same time, and how large."""

    at_once: Annotated[
        int | None, Parameter(help="Runs that this process works on; as runs_at_once.")
    ] = None
    queue: Annotated[
        int, Parameter(help="Runs that may wait in the store; the next is answered 429; 256.")
    ] = 256
    no_work: Annotated[
        bool, Parameter(negative="", help="Only answer: other processes on the store do the runs.")
    ] = False
    megabytes: Annotated[int, Parameter(help="One request; 100.")] = 100
    strict_models: Annotated[
        bool, Parameter(negative="", help="Refuse unknown models at /v1/images/edits.")
    ] = False
    same_for: Annotated[
        float,
        Parameter(
            converter=as_seconds,
            metavar="TIME",
            help="What is sent again to /v1/images/edits within it is the same edit; off.",
        ),
    ] = 0.0
    grace: Annotated[
        float,
        Parameter(
            converter=as_seconds, metavar="TIME", help="What requests get at the server's end; 5s."
        ),
    ] = 5.0

    def rules(self, usual: int, public_url: str = "") -> "ApiRules":
        """The bounds; `usual` is how many runs are worked on where nothing is said.

        Raises:
            SettingsError: a number that makes no sense.
        """
        from ..server.http.inside import ApiRules
        from ..server.rules import BodyRules

        at_once = usual if self.at_once is None else self.at_once
        if min(at_once, self.queue + 1, self.megabytes) < 1:
            raise SettingsError("--at-once and --megabytes must be 1 or more, --queue 0 or more")

        return ApiRules(
            at_once=at_once,
            waiting=self.queue,
            works=not self.no_work,
            body=BodyRules(body_bytes=self.megabytes * 1_000_000),
            strict_models=self.strict_models,
            same_seconds=self.same_for,
            public_url=public_url,
        )


@Parameter(name="*", group=_PICTURES)
@dataclass(frozen=True)
class Files(ReachOptions):
    """What callers may name beside what they send."""


@dataclass(frozen=True)
class ApiPlan:
    """All of it."""

    place: Place
    who: Who
    bounds: Bounds
    files: Files


def run_api(plan: ApiPlan, choices: "Choices", screen: Screen, *, access: bool) -> int:
    """Serve until told to stop; runs that are not done then are free for other processes.

    Raises:
        SettingsError: an option, a package or a port.
        EditloopError: the store or the engines cannot be opened.
    """
    from .serving import installed

    installed()
    from ..agent import build
    from ..server.http.app import api

    who, place = plan.who, plan.place
    guard = who.guard(os.environ)
    make = partial(
        api,
        partial(build, choices),
        guard=guard,
        reach=plan.files.reach(),
        rules=plan.bounds.rules(choices.settings.runs_at_once, place.public_url),
        mcp=not place.no_mcp,
    )
    serve_loop(
        lambda stop: make(stop=stop),
        (place.host, place.port),
        screen,
        guarded=guard.needs_token or who.no_token,
        says="/v1 (ready: /readyz, described: /openapi.json)",
        grace_seconds=plan.bounds.grace,
        access=access,
    )
    return 0


def serve_loop(
    make: "Make",
    place: tuple[str, int],
    screen: Screen,
    *,
    guarded: bool,
    says: str,
    grace_seconds: float,
    access: bool,
) -> None:
    """Serve an application of the loop at a host and a port until told to stop.

    `says` is what stands behind its address when it is announced.

    Raises:
        SettingsError: the host can be reached from elsewhere and is not guarded, or a port.
        EditloopError: the store or the engines cannot be opened.
    """
    from ..server.running import check_reach, listening, logged, run

    host, port = place
    check_reach(host, guarded=guarded)
    at = listening(host, port)
    shown = f"[{host}]" if ":" in host else host
    screen.say("serving", f"http://{shown}:{at.getsockname()[1]}{says}")
    with logged(access=access):
        run(make, at, grace_seconds=grace_seconds)
    screen.say("stopped", "runs that were under way go on at the next server")
