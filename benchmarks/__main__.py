"""`python -m benchmarks [NAME...] [--json] [--quick]`."""

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from rich.console import Console

from .figures import Findings, described, markdown, show
from .measure import machine

NAMES = ("turn", "startup", "commit", "memory", "embedded", "pool", "evals_produce", "doors")
LONG = ("faults",)
"""Run only when they are named."""

_WIDTH = 150


def main() -> None:
    """Run the benchmarks that were named, or all, and show what they found."""
    chosen = _arguments()
    at = machine()
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    if not chosen.json:
        console.print(described(at), soft_wrap=True, highlight=False)
    found: dict[str, Findings] = {}
    for name in chosen.names or NAMES:
        measure = import_module(f".{name}", __package__).measure
        found[name] = measure(quick=chosen.quick)
        if not chosen.json:
            show(console, name, found[name])
    if chosen.json:
        facts = {name: each.facts() for name, each in found.items()}
        print(json.dumps({"machine": at.facts(), "quick": chosen.quick, "benchmarks": facts}))
    if chosen.markdown:
        chosen.markdown.write_text(markdown(at, found.items()), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES + LONG)}")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="tiny; shows only that it works")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there too")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - {*NAMES, *LONG}:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    return chosen


if __name__ == "__main__":
    main()
