"""Options that the commands of `eval` share."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Group, Parameter

from .options import as_dollars

if TYPE_CHECKING:
    from pathlib import Path

    from ..evals.suites.loading import Choice

CASES = Group("The cases", sort_key=1)
JUDGE = Group("The judge", sort_key=2)

SuiteName = Literal["gedit", "imgedit", "imgedit-hard", "kris", "rise"]
SUITE = Parameter(name="SUITE", help="gedit, imgedit, imgedit-hard, kris or rise.")


@Parameter(name="*", group=CASES)
@dataclass(frozen=True)
class CasesOptions:
    """Which cases, and where they are."""

    data: Annotated[
        str | None, Parameter(metavar="DIR", help="The data set in its official layout.")
    ] = None
    category: Annotated[
        str | None, Parameter(metavar="NAME", help="Only this group, edit type or category.")
    ] = None
    language: Annotated[
        Literal["en", "cn"] | None, Parameter(metavar="en|cn", help="Only this language.")
    ] = None
    limit: Annotated[
        int | None, Parameter(name=["--limit", "-n"], metavar="N", help="Only the first N cases.")
    ] = None

    def folder(self) -> "Path":
        """The data.

        Raises:
            SettingsError: none was named.
            InputError: it is not there.
        """
        from pathlib import Path

        from ..memory import InputError, SettingsError

        if not self.data:
            raise SettingsError("name the folder of the data set: --data DIR")
        folder = Path(self.data).expanduser()
        if not folder.is_dir():
            raise InputError(f"--data {self.data!r} is no folder; name that of the data set")
        return folder

    def choice(self) -> "Choice":
        """Which cases.

        Raises:
            SettingsError: the limit is below 1.
        """
        from ..evals.suites.loading import Choice
        from ..memory import SettingsError

        if self.limit is not None and self.limit < 1:
            raise SettingsError(f"--limit {self.limit} must be at least 1")
        return Choice(self.category, self.language, self.limit)


@Parameter(name="*", group=JUDGE)
@dataclass(frozen=True)
class JudgeOptions:
    """Who judges, in which words, how often."""

    judge: Annotated[
        str | None,
        Parameter(
            metavar="ADDRESS",
            help="http://HOST:8000/v1?model=NAME&price_in=2&price_out=8, or openai:MODEL.",
        ),
    ] = None
    prompts: Annotated[
        str | None,
        Parameter(metavar="FILE", help="The published words of the judge; else our own wording."),
    ] = None
    lineage: Annotated[
        Literal["upstream", "bagel"],
        Parameter(metavar="NAME", help="Whose scripts the words are from, where two differ."),
    ] = "upstream"
    samples: Annotated[
        int, Parameter(metavar="K", help="Independent opinions about each picture; 1.")
    ] = 1
    attempts: Annotated[
        int, Parameter(metavar="N", help="Answers asked for until one can be read; 3.")
    ] = 3
    budget: Annotated[
        float | None,
        Parameter(metavar="USD", converter=as_dollars, help="Limit of what the judge costs."),
    ] = None


NO_CASES = CasesOptions()
NO_JUDGE = JudgeOptions()
