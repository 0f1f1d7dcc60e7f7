"""In CI a test that could not run must have a reason that was foreseen."""

import os

import pytest

FORESEEN = (
    "needs the real photographs beside the project",
    "needs the real edits beside the project",
    "permissions do not bind root",  # its twin for root runs there
    "needs permissions to bite",
    "needs root and unshare for a private mount",
    "a private mount is not allowed here",
    "needs Debian's chromium",
    "needs the private server, whose password is known",
    "needs curl",
)


class Skips:
    """Collects the reasons of skipped tests, and fails the session for unforeseen ones."""

    def __init__(self) -> None:
        self.unforeseen: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.skipped or hasattr(report, "wasxfail"):
            return

        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not any(known in reason for known in FORESEEN):
            self.unforeseen.append(f"{report.nodeid}: {reason}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.unforeseen and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self.unforeseen:
            terminalreporter.write_line(f"UNFORESEEN SKIP {line}", red=True)


def watch(config: pytest.Config) -> None:
    """Install the guard in CI, in the process that reports (not in xdist's workers)."""
    if os.environ.get("CI") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Skips())
