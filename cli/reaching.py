"""What a door may reach for its callers, as options of the commands that open one."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ..memory import SettingsError

if TYPE_CHECKING:
    from ..server.pictures import Reach


@dataclass(frozen=True)
class ReachOptions:
    """What callers may name beside what they send."""

    allow: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="DIR",
            negative="",
            help="Pictures below it may be named by path; repeat.",
        ),
    ] = ()
    inbox: Annotated[
        str, Parameter(metavar="DIR", help="Its newest pictures are listed to the assistant.")
    ] = ""
    allow_urls: Annotated[
        bool, Parameter(negative="", help="Pictures may be named by https:// addresses.")
    ] = False
    allow_private_hosts: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="HOST",
            negative="",
            help="Fetch from it, though its address is private, also without --allow-urls; repeat.",
        ),
    ] = ()

    def reach(self, usual: tuple[Path, ...] = ()) -> "Reach":
        """What callers reach; the `usual` folders where none is given.

        Raises:
            SettingsError: a folder does not exist.
        """
        from ..server.pictures import Reach

        return Reach(
            roots=tuple(existing(folder, "--allow") for folder in self.allow) or usual,
            inbox=existing(self.inbox, "--inbox") if self.inbox else None,
            urls=self.allow_urls,
            private_hosts=frozenset(self.allow_private_hosts),
        )


def existing(folder: str, option: str) -> Path:
    """Return a folder that an option names.

    Raises:
        SettingsError: it does not exist.
    """
    path = Path(folder).expanduser()
    if path.is_dir():
        return path.resolve()

    raise SettingsError(f"{option} {folder!r} is no folder; make it, or name another")
