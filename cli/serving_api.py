"""What `editloop serve api` takes, and does once its options are read."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group, Parameter

from ..memory import SettingsError
from .options import as_seconds
from .reaching import ReachOptions
from .screen import Screen
from .serving import token_of

if TYPE_CHECKING:
    from ..agent import Choices
    from ..server.guard import Guard
    from ..server.http.inside import ApiRules

_WHERE = Group("Where", sort_key=2)
_WHO = Group("Who may ask", sort_key=3)
_BOUNDS = Group("Bounds", sort_key=4)
_PICTURES = Group("Pictures that may be named", sort_key=5)


@Parameter(name="*", group=_WHERE)
@dataclass(frozen=True)
class Place:
    """Where to listen."""

    host: Annotated[str, Parameter(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1"
    port: Annotated[int, Parameter(help="The first one that is free with 0.")] = 8020
    no_mcp: Annotated[
        bool, Parameter(negative="", help="Do not answer chat assistants at /mcp.")
    ] = False


@Parameter(name="*", group=_WHO)
@dataclass(frozen=True)
class Who:
    """Who may ask, from where."""

    token_env: Annotated[
        str, Parameter(metavar="NAME", help="The variable that holds the token to be shown.")
    ] = ""
    tokens: Annotated[
        str, Parameter(metavar="PATH", help="A file of tokens, whose they are, and their shares.")
    ] = ""
    no_token: Annotated[
        bool, Parameter(negative="", help="Listen beyond this machine without a token.")
    ] = False
    allow_host: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="NAME", negative="", help="A name that the server is reached by; repeat."
        ),
    ] = ()
    allow_origin: Annotated[
        tuple[str, ...],
        Parameter(metavar="URL", negative="", help="A site whose pages may ask; repeat."),
    ] = ()

    def guard(self, environ: Mapping[str, str]) -> "Guard":
        """Who may ask.

        Raises:
            SettingsError: a variable, a file of tokens, a name or a site that does not fit.
        """
        from ..server.guard import ANY, Guard
        from ..server.tokens import one_token, read_tokens

        if self.tokens and self.token_env:
            raise SettingsError("--tokens and --token-env: give one of the two")

        known = read_tokens(Path(self.tokens), environ) if self.tokens else {}
        open_ = self.no_token and not self.allow_host
        return Guard(
            tokens=known or one_token(token_of(self.token_env)),
            allowed_hosts=frozenset({ANY} if open_ else self.allow_host),
            allowed_origins=frozenset(self.allow_origin),
        )


@Parameter(name="*", group=_BOUNDS)
@dataclass(frozen=True)
class Bounds:
    """How much at the same time, and how large."""

    at_once: Annotated[
        int | None, Parameter(help="Runs that this process works on; the setting runs_at_once.")
    ] = None
    queue: Annotated[
        int, Parameter(help="Runs that may wait in the store; the next is answered 429.")
    ] = 256
    no_work: Annotated[
        bool, Parameter(negative="", help="Only answer: other processes on the store do the runs.")
    ] = False
    megabytes: Annotated[int, Parameter(help="One request.")] = 100
    strict_models: Annotated[
        bool, Parameter(negative="", help="Refuse unknown models at /v1/images/edits.")
    ] = False
    grace: Annotated[
        float,
        Parameter(
            converter=as_seconds, metavar="TIME", help="What requests get at the server's end."
        ),
    ] = 5.0

    def rules(self, usual: int) -> "ApiRules":
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
    from ..server.running import check_reach, listening, logged, run

    place, guard = plan.place, plan.who.guard(os.environ)
    check_reach(place.host, guarded=guard.needs_token or plan.who.no_token)
    rules, reach = plan.bounds.rules(choices.settings.runs_at_once), plan.files.reach()
    at = listening(place.host, place.port)
    where = f"http://{_shown(place.host)}:{at.getsockname()[1]}"
    screen.say("serving", f"{where}/v1 (ready: /readyz, described: /openapi.json)")
    make = partial(api, partial(build, choices), guard=guard, reach=reach, rules=rules)
    with logged(access=access):
        run(
            lambda stop: make(mcp=not place.no_mcp, stop=stop),
            at,
            grace_seconds=plan.bounds.grace,
        )
    screen.say("stopped", "runs that were under way go on at the next server")
    return 0


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
