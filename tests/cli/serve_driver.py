"""`editloop serve …` for tests that need a process, whether or not the tree of commands has it."""

import sys

from cyclopts import App

from editloop.cli import app as tree
from editloop.cli import argv
from editloop.cli.border import run


def with_serve(app: App) -> App:
    known = list[str](argv.COMMANDS)
    if "serve" not in known:
        app.command("editloop.cli.serve:app", name="serve")
        argv.COMMANDS = (*known, "serve")  # type: ignore[assignment]
    return app


if __name__ == "__main__":
    made = with_serve(tree.make_app())
    tree.make_app = lambda: made
    sys.exit(run(sys.argv[1:]))
