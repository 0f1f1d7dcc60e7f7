"""Make all tiny models that are not there yet: `PYTHONPATH=tests .engines/bin/python -m engines.tiny`.

The two that are trained get a process, and so a core, each.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from . import cache


def main() -> None:
    """Make them and say where they are."""
    began = perf_counter()
    with ProcessPoolExecutor(len(cache.RECIPES), mp_context=get_context("spawn")) as processes:
        folders = list(processes.map(cache.model, cache.RECIPES))
    for name, folder in (*zip(cache.RECIPES, folders, strict=True), *_random()):
        print(f"{name}: {folder}")
    print(f"all tiny models are there, after {perf_counter() - began:.0f} s")


def _random() -> list[tuple[str, Path]]:
    """The editors with random weights, which take a second each."""
    from . import checkpoints

    return [(name, checkpoints.checkpoint(name)) for name in checkpoints.PIPELINES]


if __name__ == "__main__":
    main()
