"""Help pages without boxes: two columns, one style for names, none without a terminal."""

import os
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions

_WIDEST = 96
_NAMES = 30
"""Columns for the names; a longer one has its text on the next line."""


class CalmHelp:
    """Formats a help page for cyclopts."""

    def render_usage(self, console: "Console", options: "ConsoleOptions", usage: Any) -> None:
        """Print the usage."""
        if text := _text(usage).removeprefix("Usage:").strip():
            _say(console, f"Usage: {text}")

    def render_description(
        self, console: "Console", options: "ConsoleOptions", description: Any
    ) -> None:
        """Print what the command is for; lines that are commands stay as they are."""
        if text := _text(description).rstrip():
            _say(console)
            for kind, lines in groupby(text.split("\n"), _kind):
                if kind == "words":
                    _say(console, "\n".join(wrap(" ".join(lines), _width(console))))
                    continue
                for line in lines:
                    _say(console, f"  {line}" if line else "")

    def __call__(self, console: "Console", options: "ConsoleOptions", panel: "HelpPanel") -> None:
        """Print one group of commands or options."""
        if not panel.entries:
            return

        _say(console)
        _say(console, _text(panel.title), "bold")
        for entry in panel.entries:
            _entry(console, entry)


def _kind(line: str) -> str:
    """Tell commands and what stands between paragraphs from words, whose lines are one text."""
    if not line:
        return "nothing"

    return "command" if line.startswith("editloop ") else "words"


def _entry(console: "Console", entry: "HelpEntry") -> None:
    names = (*entry.positive_shorts, *entry.positive_names) or entry.display_labels
    column = f"  {', '.join(names)}"
    if entry.metavar and not entry.positional_label:
        column += f" {entry.metavar}"
    lines = wrap(_described(entry), _width(console) - _NAMES) or [""]
    if len(column) >= _NAMES:
        _say(console, column, "cyan")
    else:
        console.print(column.ljust(_NAMES), style="cyan", end="", markup=False, highlight=False)
        _say(console, lines.pop(0))
    for line in lines:
        _say(console, " " * _NAMES + line)


def _described(entry: "HelpEntry") -> str:
    parts = [_text(entry.description)]
    if entry.choices:
        parts.append(f"[{', '.join(entry.choices)}]")
    return " ".join(part for part in parts if part)


def _text(value: Any) -> str:
    if value is None:
        return ""

    value = getattr(value, "primary_renderable", value)
    return str(getattr(value, "plain", value))


def _width(console: "Console") -> int:
    """That of the terminal within reason; without one the same everywhere."""
    known = console.is_terminal or "COLUMNS" in os.environ
    return max(50, min(console.width, _WIDEST)) if known else _WIDEST


def _say(console: "Console", text: str = "", style: str | None = None) -> None:
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
