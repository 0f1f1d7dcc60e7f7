"""Names of workers, and whether one is certainly dead.

A lease protects a run from a worker that may still be alive somewhere. When the worker was a process
of this very machine and that process is gone, there is nothing to wait for: its runs are free.
"""

import os
import secrets
import socket
from hashlib import sha256
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = Path("/proc/self/ns/pid")


def worker_name() -> str:
    """Return a name that no other worker has: host, process, machine mark, something random."""
    return f"{socket.gethostname()}:{os.getpid()}:{_mark()}:{secrets.token_hex(3)}"


def gone(name: str) -> bool:
    """Whether a worker was a process of this machine, since its last start, that has ended.

    False whenever that is not certain: another machine, another container, a foreign name.
    """
    parts = name.rsplit(":", 3)
    if os.name != "posix" or len(parts) != 4 or not parts[1].isdecimal():
        return False

    host, pid, mark, _ = parts
    if (host, mark) != (socket.gethostname(), _mark()):
        return False

    try:
        os.kill(int(pid), 0)  # signal 0 asks whether the process exists
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False

    return _is_zombie(int(pid))


def _is_zombie(pid: int) -> bool:
    """Whether a process has ended and its parent, as in some containers, has not looked yet."""
    try:
        status = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:  # no such file system here, or it has just gone
        return False

    return status.rpartition(b") ")[2][:1] == b"Z"


def _mark() -> str:
    """This start of this machine, and the process numbers that are counted here."""
    boot = _BOOT.read_text(encoding="ascii").strip() if _BOOT.exists() else ""
    namespace = os.readlink(_NAMESPACE) if _NAMESPACE.exists() else ""
    return sha256(f"{boot} {namespace}".encode()).hexdigest()[:8]
