"""One server as a client is told of it, before it is put into the client's own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...memory import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A program that the client starts, or an address that it calls."""

    name: str = "editloop"
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables by value, as they will stand in the file."""

    env_names: tuple[str, ...] = ()
    """Variables that the client shall take from its own surroundings, or from its key ring."""

    url: str = ""
    token_env: str = ""
    """The variable that holds the token for `url`."""

    def __post_init__(self) -> None:
        """Check the name.

        Raises:
            SettingsError: it would need quoting somewhere.
        """
        if not self.name or not self.name.replace("-", "").replace("_", "").isalnum():
            raise SettingsError(f"--name {self.name!r}: use letters, digits, - and _ only")
