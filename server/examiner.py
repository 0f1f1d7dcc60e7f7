"""The process in which pictures of strangers are decoded for the first time.

    python -P -m editloop.server.examiner LIMITS    # bytes, pixels, side; memory; seconds, as JSON

It says `{}` once it listens. Then it reads a length of eight bytes and so many bytes of a picture,
says in a line of JSON whether the picture is taken, and goes on. It knows no secret, may write no file, and has so much memory and
time for one picture; whatever happens to it happens to nobody else. See `pictures/quarantine.py`.
"""

import json
import sys
from math import ceil
from typing import IO

from ..memory import PictureError
from ..memory.images import Limits, decode

LENGTH = 8
"""Bytes of the length that goes before a picture."""


def main() -> None:
    """Examine what comes on stdin until it ends."""
    said = json.loads(sys.argv[1])
    _confine(said["memory"])
    limits = Limits(bytes=said["bytes"], pixels=said["pixels"], side=said["side"])
    examine(sys.stdin.buffer, sys.stdout.buffer, limits, said["seconds"])


def examine(pictures: IO[bytes], answers: IO[bytes], limits: Limits, seconds: float) -> None:
    """Decode picture after picture: `{}` where one is taken, or `{"error": …}`."""
    _say(answers, {})
    while len(head := pictures.read(LENGTH)) == LENGTH:
        data = pictures.read(int.from_bytes(head))
        _grant(seconds)
        _say(answers, _examined(data, limits))


def _say(answers: IO[bytes], said: dict[str, str]) -> None:
    answers.write(json.dumps(said).encode() + b"\n")
    answers.flush()


def _examined(data: bytes, limits: Limits) -> dict[str, str]:
    try:
        decode(data, limits)
    except PictureError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "the picture needs more memory than it may have: scale it down"}
    return {}


def _confine(memory: int) -> None:
    """Bound the memory of this process, and let it write nothing; where the system can."""
    from PIL import AvifImagePlugin

    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # a stack for every processor is much memory
    try:
        import resource
    except ImportError:
        return

    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (OSError, ValueError):
            continue


def _grant(seconds: float) -> None:
    """Give time for one more picture; beyond it the system ends this process."""
    try:
        import resource
    except ImportError:
        return

    used = resource.getrusage(resource.RUSAGE_SELF)
    most = ceil(used.ru_utime + used.ru_stime + seconds) + 1
    _, hardest = resource.getrlimit(resource.RLIMIT_CPU)
    if hardest == resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_CPU, (most, hardest))


if __name__ == "__main__":
    main()
