"""The command line: `editloop IMAGE "INSTRUCTION"`, and what belongs to it.

Stdout carries data (a path, JSON, a picture), stderr everything else. Loading this package loads
nothing else; each command imports what it needs when it runs.
"""


def main() -> None:
    """Run the command that `sys.argv` names, and exit with its code.

    The garbage collector looks less often, which saves a quarter of the time that imports take, and
    not at all at the end, which saves half a second that a heavy command would spend on modules
    that are about to vanish with the process.
    """
    import gc
    import sys

    from .border import run

    gc.set_threshold(50_000, 20, 50)
    code = run(sys.argv[1:])
    gc.freeze()
    sys.exit(code)
