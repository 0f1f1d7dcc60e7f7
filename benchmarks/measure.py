"""What work costs: processor time of process trees, peak memory, and the machine it ran on."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
_SAMPLE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and when figures were taken."""

    date: str
    cores: int
    processor: str
    memory_gb: float
    python: str
    system: str
    load: tuple[float, float, float]
    """Load averages over 1, 5 and 15 minutes, before anything was measured."""

    @property
    def quiet(self) -> bool:
        """Whether little else ran when the figures were begun."""
        return self.load[0] < 0.3 * self.cores

    def facts(self) -> dict[str, Any]:
        """What JSON shows."""
        return asdict(self) | {"quiet": self.quiet}


def machine() -> Machine:
    """Look at this machine."""
    return Machine(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        cores=os.cpu_count() or 1,
        processor=_processor(),
        memory_gb=round(psutil.virtual_memory().total / 2**30, 1),
        python=platform.python_version(),
        system=platform.platform(),
        load=psutil.getloadavg(),
    )


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process tree took from its start to its end."""

    wall: float
    """Seconds."""

    cpu: float
    """Seconds, user and system, of the process and of the children that it waited for."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a job in a process of its own returned and took."""

    value: Any
    """As JSON."""

    spent: Spent
    """From the start of the interpreter to its end."""

    peak_rss: float
    """MB."""

    peak_pss: float
    """MB, pages that are shared counted once; sampled ten times a second, 0 where unknown."""


def command(
    arguments: Sequence[str], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> Spent:
    """Run a command, its output dropped, and measure it.

    Raises:
        RuntimeError: it failed; says how.
    """
    start = time.perf_counter()
    child = _started(arguments, cwd, env, stdout=subprocess.DEVNULL)
    complaint = _read(child.stderr)
    cpu = _reaped(child, arguments, complaint)
    return Spent(time.perf_counter() - start, cpu)


def fresh(job: str, **parameters: Any) -> Fresh:
    """Call `module:function` of this folder in a fresh interpreter; values travel as JSON.

    Raises:
        RuntimeError: it failed; says how.
    """
    arguments = [sys.executable, "-m", f"{__package__}.child", job, json.dumps(parameters)]
    answer, spent, peak_pss = watched(arguments)
    said = json.loads(answer.splitlines()[-1])
    return Fresh(said["value"], spent, said["peak_rss"], peak_pss)


def watched(
    arguments: Sequence[str], *, env: Mapping[str, str] | None = None, may_fail: bool = False
) -> tuple[str, Spent, float]:
    """Run a command that says little; return its output, what it took, and its peak PSS in MB.

    Raises:
        RuntimeError: it failed although it may not; says how.
    """
    start = time.perf_counter()
    child = _started(arguments, ROOT, env, stdout=subprocess.PIPE)
    over, sizes = Event(), [0.0]
    watcher = Thread(target=_watch, args=(child.pid, over, sizes))
    watcher.start()
    try:
        answer = _read(child.stdout)  # both pipes hold what is written at the end
        complaint = _read(child.stderr)
        cpu = _reaped(child, arguments, complaint, may_fail=may_fail)
    finally:
        over.set()
        watcher.join()
    return answer, Spent(time.perf_counter() - start, cpu), sizes[0]


def resident() -> tuple[float, float]:
    """Return RSS and PSS of this process in MB; PSS is 0 where the system does not tell."""
    return psutil.Process().memory_info().rss / 1e6, proportional(os.getpid())


def peak_resident() -> float:
    """Return the highest RSS that this process had since its program was loaded, in MB."""
    status = Path("/proc/self/status")
    if status.is_file():  # `ru_maxrss` would count the parent that started us
        found = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(found.split()[1]) * 1024 / 1e6

    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def proportional(pid: int) -> float:
    """Return the PSS of a process in MB: shared pages counted once; 0 where nobody tells."""
    with suppress(OSError):  # gone, or a system without it
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _started(
    arguments: Sequence[str], cwd: Path, env: Mapping[str, str] | None, *, stdout: int
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        arguments,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


def _read(pipe: Any) -> str:
    with pipe:
        return bytes(pipe.read()).decode(errors="replace")


def _reaped(
    child: subprocess.Popen[bytes],
    arguments: Sequence[str],
    complaint: str,
    *,
    may_fail: bool = False,
) -> float:
    """Wait for a child; return the processor time of it and of its own children."""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0 and not may_fail:
        shown = " ".join(arguments[:4])
        raise RuntimeError(f"{shown} failed with {child.returncode}: {complaint.strip()[-2000:]}")

    return usage.ru_utime + usage.ru_stime


def _watch(pid: int, over: Event, sizes: list[float]) -> None:
    while not over.wait(_SAMPLE_SECONDS):
        sizes[0] = max(sizes[0], proportional(pid))


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()
