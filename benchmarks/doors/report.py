"""All of it, one after the other."""

from pathlib import Path
from tempfile import TemporaryDirectory

from ..figures import Findings
from ..pictures import png
from . import crowd, listeners, requests

QUESTION = "what each door costs over EditAgent.run called directly; crowds and listeners over HTTP"


def measure(*, quick: bool) -> Findings:
    """Ask through each door, then fly a crowd, then let hundreds listen."""
    side, repeats, runs, heard = (64, 2, 8, 8) if quick else (1024, 15, 200, 500)
    findings = Findings(question=QUESTION)
    with TemporaryDirectory(prefix="editloop-bench-") as name:
        folder = Path(name)
        picture, small = folder / "answer.png", folder / "small.png"
        picture.write_bytes(png(side, side))
        small.write_bytes(png(side // 4, side // 4))
        requests.measure(findings, folder / "requests", picture, repeats=repeats)
        crowd.measure(findings, folder, small, runs=runs)
        listeners.measure(findings, folder / "heard", small, listeners=heard)
    findings.notes.append(f"pictures of {side}², in crowds of {side // 4}²")
    return findings
