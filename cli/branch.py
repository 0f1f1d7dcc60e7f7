"""A command that has commands of its own: `runs`, `eval`, `serve`, …."""

from cyclopts import App, Group

from .help import CalmHelp


def branch(name: str, help: str = "") -> App:
    """Make one, with our help pages."""
    return App(
        name=name,
        help=help or None,
        help_format="plaintext",
        help_formatter=CalmHelp(),
        version_flags=[],
        help_epilogue="",
        group_commands=Group("Commands"),
    )
