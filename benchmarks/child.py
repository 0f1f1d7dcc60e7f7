"""The inside of `measure.fresh`: `python -m benchmarks.child module:function JSON`."""

import json
import sys
from importlib import import_module

from .measure import peak_resident


def main() -> None:
    """Call the job and write what it returned, with the peak memory, as one line."""
    module, _, function = sys.argv[1].partition(":")
    job = getattr(import_module(f".{module}", __package__), function)
    value = job(**json.loads(sys.argv[2]))
    print(json.dumps({"value": value, "peak_rss": peak_resident()}))


if __name__ == "__main__":
    main()
