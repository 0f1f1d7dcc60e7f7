"""Who may ask at a door, as options of the commands that open one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ..memory import SettingsError
from .serving import token_of

if TYPE_CHECKING:
    from ..server.guard import Guard

PublicUrl = Annotated[
    str, Parameter(metavar="URL", help="Where a proxy is reached that stands before it.")
]


@dataclass(frozen=True)
class AskOptions:
    """By which tokens callers are known, and from where they may ask."""

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
        """Who may ask, under which names of this door, and from pages of which sites.

        Raises:
            SettingsError: a variable, a file of tokens, a name or a site that does not fit.
        """
        from ..server.guard import ANY, Guard
        from ..server.tokens import one_token, read_tokens

        if self.tokens and self.token_env:
            raise SettingsError("--tokens and --token-env: give one of the two")

        hosts = {ANY} if self.no_token and not self.allow_host else self.allow_host
        known = read_tokens(Path(self.tokens), environ) if self.tokens else {}
        return Guard(
            tokens=known or one_token(token_of(self.token_env)),
            allowed_hosts=frozenset(hosts),
            allowed_origins=frozenset(self.allow_origin),
        )
