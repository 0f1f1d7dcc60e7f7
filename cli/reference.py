"""`docs/cli.md`, made from the help pages: `python -m editloop.cli.reference` writes it."""

import io
from pathlib import Path

from . import front_page
from .app import exit_codes, make_app

PLACE = Path(__file__).parents[1] / "docs" / "cli.md"

PAGES = (
    (),
    ("edit",),
    ("demo",),
    ("resume",),
    ("chat",),
    ("batch",),
    ("retouch",),
    ("runs",),
    ("runs", "list"),
    ("runs", "show"),
    ("runs", "export"),
    ("runs", "import"),
    ("runs", "rm"),
    ("runs", "gc"),
    ("runs", "path"),
    ("eval",),
    ("eval", "list"),
    ("eval", "check"),
    ("eval", "run"),
    ("eval", "score"),
    ("eval", "report"),
    ("eval", "compare"),
    ("eval", "export"),
    ("eval", "world"),
    ("serve",),
    ("serve", "api"),
    ("serve", "editor"),
    ("serve", "thinker"),
    ("serve", "nginx-config"),
    ("mcp",),
    ("mcp", "serve"),
    ("mcp", "install"),
    ("mcp", "uninstall"),
    ("mcp", "config"),
    ("backend",),
    ("backend", "list"),
    ("backend", "test"),
    ("backend", "ping"),
    ("thinker",),
    ("thinker", "template"),
    ("thinker", "template", "fetch"),
    ("thinker", "template", "show"),
    ("thinker", "template", "path"),
    ("config",),
    ("config", "show"),
    ("config", "path"),
    ("doctor",),
    ("version",),
    ("completion",),
)

_BEFORE = """# The command line

Made by `python -m editloop.cli.reference` from the help pages; a test keeps it true.

Stdout carries data: the path of the answer, JSON with `--json`, one JSON object per line with
`--events`, the picture itself with `-o -`. Stderr carries everything else: a table of turns on a
terminal, a line per turn elsewhere, and as the last line what to type next. Colour and redrawing
are left out without a terminal, with `NO_COLOR`, and where a coding agent drives the command.

Options beat variables `EDITLOOP_*`, which beat `.env`, `editloop.toml` (or `[tool.editloop]` in
`pyproject.toml`), the user's configuration file, and the defaults; `editloop config show --origin`
tells where each value comes from.

## Exit codes

What counts is the answer, not what ended the run: with `unchanged` or `plateau` the code is 0 when
the answer's scores reach both targets, and 3 when they do not. `--accept-best` turns 3 and 6 into 0
when there is a picture. With 0 and 3 a picture was written, with 6 unless the limit came before
the first edit. A run whose editor fails after a first edit ends with 3: that edit is the answer.
Several pictures have one code, that of the ending which most needs a person. A reader that closes
the pipe ends the command quietly, with 141.

"""

_EVENTS = """
## Objects on stdout

`--json` prints one object per picture: `status` (`accepted`, `best_so_far`, `limit`, `refused`,
`failed`, `interrupted`), `exit_code`, `input`, `run`, `score` (overall), `semantic`, `quality`,
`turns`, `answer`, `instruction` (what the editor was told in that turn), `stop`, `seconds`, `cost`,
`output` (`path`, `sha256`, `media_type`, `width`, `height`, `bytes`, `degraded`, `notes`) and
`error` (`code`, `kind`, `message`, `retryable`, `hint`). An error before a run is `{"error": …}`.

`--events` prints `run.opened`, `turn.editing`, `turn.edited`, `turn.retrying`, `turn.completed`,
`run.closed` and `answer.written`, the last with the fields of `--json`. With several pictures there
is one `answer.written` for each.
"""


def page(command: tuple[str, ...]) -> str:
    """The help page of one command, as it is printed without a terminal."""
    return printed(command).strip("\n")


def printed(command: tuple[str, ...], *, colored: bool = False) -> str:
    """What the parser prints when help is asked for, with or without a terminal's colours."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out,
        width=front_page.WIDTH,
        no_color=not colored,
        force_terminal=colored,
        color_system="standard" if colored else None,
    )
    make_app().help_print([*command], console=console)
    return out.getvalue()


def document() -> str:
    """The whole file."""
    parts = [_BEFORE, _table(), _EVENTS]
    for command in PAGES:
        name = " ".join(("editloop", *command))
        text = page(command).split("\n\nExit codes")[0]
        parts.append(f"\n## {name}\n\n```text\n$ {name} --help\n{text}\n```\n")
    return "".join(parts)


def _table() -> str:
    rows = [line.split(maxsplit=1) for line in exit_codes().splitlines()[1:]]
    lines = [f"| {code} | {text} |" for code, text in rows]
    return "\n".join(["| code | meaning |", "|---|---|", *lines, ""])


if __name__ == "__main__":
    PLACE.write_text(document(), encoding="utf-8")
    front_page.PLAIN.write_text(printed(()), encoding="utf-8")
    front_page.COLORED.write_text(printed((), colored=True), encoding="utf-8")
