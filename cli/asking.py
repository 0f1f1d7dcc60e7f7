"""Who may ask at a door, as options of the commands that open one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ..memory import SettingsError
from .serving import token_of

if TYPE_CHECKING:
    from ..server.guard import Guard


@dataclass(frozen=True)
class TokenOptions:
    """By which tokens callers are known."""

    token_env: Annotated[
        str, Parameter(metavar="NAME", help="The variable that holds the token to be shown.")
    ] = ""
    tokens: Annotated[
        str, Parameter(metavar="PATH", help="A file of tokens, whose they are, and their shares.")
    ] = ""
    no_token: Annotated[
        bool, Parameter(negative="", help="Listen beyond this machine without a token.")
    ] = False

    def guard(
        self,
        environ: Mapping[str, str],
        *,
        hosts: Collection[str] = (),
        origins: Collection[str] = (),
    ) -> "Guard":
        """Who may ask, under which names of this door, and from pages of which sites.

        Raises:
            SettingsError: a variable, a file of tokens, a name or a site that does not fit.
        """
        from ..server.guard import ANY, Guard
        from ..server.tokens import one_token, read_tokens

        if self.tokens and self.token_env:
            raise SettingsError("--tokens and --token-env: give one of the two")

        known = read_tokens(Path(self.tokens), environ) if self.tokens else {}
        return Guard(
            tokens=known or one_token(token_of(self.token_env)),
            allowed_hosts=frozenset({ANY} if self.no_token and not hosts else hosts),
            allowed_origins=frozenset(origins),
        )
