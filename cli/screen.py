"""What the terminal is, and how to speak to a person: always on stderr."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TextIO

from .words import visible

if TYPE_CHECKING:
    from rich.console import Console

ColorMode = Literal["auto", "always", "never"]

_AGENTS = frozenset({"AI_AGENT", "CLAUDECODE", "CODEX_SANDBOX", "GEMINI_CLI"})

THEME = {
    "good": "green",
    "fair": "yellow",
    "poor": "red",
    "added": "bold green",
    "gone": "dim strike",
    "label": "dim",
    "command": "cyan",
}


def driven_by_agent(environ: Mapping[str, str]) -> bool:
    """Whether a coding agent reads what we print, told by the variables that they set."""
    return any(
        value and (name in _AGENTS or name.startswith("CURSOR_")) for name, value in environ.items()
    )


@dataclass(frozen=True)
class Screen:
    """Speaks to the person; stays silent where nobody wants to hear it."""

    color: ColorMode = "auto"
    level: int = 0
    """-1 is quiet, 0 usual, 1 and 2 say more."""

    @cached_property
    def lively(self) -> bool:
        """Whether lines may be redrawn: a terminal, a person in front of it, not `-q`."""
        dumb = os.environ.get("TERM") == "dumb"
        person = not dumb and not driven_by_agent(os.environ)
        return self.level >= 0 and person and sys.stderr.isatty()

    def colored(self, stream: TextIO) -> bool:
        """Whether colour may go to this stream."""
        if self.color != "auto":
            return self.color == "always"

        quiet = os.environ.get("NO_COLOR") or driven_by_agent(os.environ)
        return not quiet and stream.isatty() and os.environ.get("TERM") != "dumb"

    @cached_property
    def console(self) -> "Console":
        """The console on stderr."""
        return self.on(sys.stderr)

    @cached_property
    def out(self) -> "Console":
        """The console on stdout, for tables that are data."""
        return self.on(sys.stdout)

    def on(self, stream: TextIO) -> "Console":
        """Make a console that keeps to the rules above."""
        from rich.console import Console
        from rich.theme import Theme

        colored = self.colored(stream)
        return Console(
            file=stream,
            theme=Theme(THEME),
            force_terminal=True if colored else None,
            no_color=not colored,
            highlight=False,
            markup=False,
            emoji=False,
            width=None if stream.isatty() else 100,
        )

    def say(self, label: str, text: str, *, style: str | None = None, at: int = 0) -> None:
        """Print `label   text` unless the level is below `at`."""
        if self.level < at:
            return

        text = visible(text)
        if self.colored(sys.stderr):
            from rich.text import Text

            line = Text.assemble((f"{label:<9}", "label"), (text, style or ""))
            self.console.print(line, soft_wrap=True)
        else:
            print(f"{label:<9}{text}", file=sys.stderr, flush=True)

    def next(self, command: str) -> None:
        """Print the last line: what to type next."""
        self.say("next:", command, style="command")
