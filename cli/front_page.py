"""The page of `editloop --help`, shown as it was made: loading the parser takes longer than reading.

`python -m editloop.cli.reference` makes the two files beside this one, without and with colour; a test
keeps them true. Where the page would look otherwise (a narrow terminal), the parser prints it.
"""

import os
import sys
from pathlib import Path

WIDTH = 96
PLAIN = Path(__file__).with_name("front_page.txt")
COLORED = Path(__file__).with_name("front_page_colored.txt")

_ASKED: tuple[list[str], ...] = ([], ["--help"], ["-h"])


def shown(words: list[str]) -> bool:
    """Print the page when it is asked for and fits; say whether it was."""
    if words not in _ASKED or "COLUMNS" in os.environ:
        return False

    terminal = sys.stdout.isatty()
    if terminal and os.get_terminal_size(sys.stdout.fileno()).columns < WIDTH:
        return False

    page = COLORED if terminal and _wants_color() else PLAIN
    print(page.read_text(encoding="utf-8"), end="")
    return True


def _wants_color() -> bool:
    from .screen import Screen

    return Screen().colored(sys.stdout)
