"""The command line: `editloop IMAGE "INSTRUCTION"`, and what belongs to it.

Stdout carries data (a path, JSON, a picture), stderr everything else. Loading this package loads
nothing else; each command imports what it needs when it runs.
"""


def main() -> None:
    """Run the command that `sys.argv` names, and exit with its code."""
    import sys

    from .border import run

    sys.exit(run(sys.argv[1:]))
