"""The command that goes on with a benchmark."""

import shlex
import sys


def again() -> str:
    """The command line that was typed: the same again goes on."""
    return shlex.join(["editloop", *sys.argv[1:]])
