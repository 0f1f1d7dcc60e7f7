"""`editloop doctor` on MCP clients."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Cli = Callable[..., subprocess.CompletedProcess[str]]


def said(done: subprocess.CompletedProcess[str]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(done.stdout)
    return [each for each in found if each["what"] == "mcp"]


def test_nobody_told_is_well(cli: Cli) -> None:
    (found,) = said(cli("doctor", "--json"))
    assert found["state"] == "ok"
    assert "editloop mcp install CLIENT" in found["detail"]


def test_clients_are_named_and_what_they_start_is_tried(cli: Cli, home: Path) -> None:
    mine = {"EDITLOOP_STORE": "", "HOME": str(home / "h")}
    cli("mcp", "install", "codex", env=mine)
    cli("mcp", "install", "cursor", "--scope", "project", env=mine)
    done = cli("doctor", "--json", env=mine)
    (found,) = said(done)
    assert found["detail"] == "configured in cursor (this project), codex"
    assert done.returncode == 0


def test_settings_that_do_not_reach_servers_are_named(cli: Cli, home: Path) -> None:
    cli("mcp", "install", "codex")
    (found,) = said(cli("doctor", "--json"))  # a store is set for these tests
    assert found["state"] == "note"
    assert "EDITLOOP_STORE" in found["detail"]
    assert found["cure"] == "editloop mcp install CLIENT --env NAME"
    cli("mcp", "install", "codex", "--env", "EDITLOOP_STORE")
    (found,) = said(cli("doctor", "--json"))
    assert found["state"] == "ok"


def test_a_program_that_is_gone_fails(cli: Cli, home: Path) -> None:
    _write(home / ".cursor" / "mcp.json", "/gone/python")
    done = cli("doctor", "--json")
    assert done.returncode == 1
    assert said(done)[0]["state"] == "FAIL"
    assert "/gone/python is not there" in said(done)[0]["detail"]
    assert said(done)[0]["cure"] == "editloop mcp install cursor"


def test_a_program_that_cannot_run_editloop_fails(cli: Cli, home: Path) -> None:
    other = home / "python"
    other.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    other.chmod(0o755)
    _write(home / "h" / ".cursor" / "mcp.json", str(other))
    done = cli("doctor", "--json", env={"HOME": str(home / "h")})
    assert "does not run editloop" in said(done)[0]["detail"]


def test_nothing_that_a_project_names_is_started(cli: Cli, home: Path) -> None:
    trap = home / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {home}/sprung\n", encoding="utf-8")
    trap.chmod(0o755)
    _write(home / ".mcp.json", str(trap))
    done = cli("doctor", "--json", env={"HOME": str(home / "h")})
    assert "claude-code (this project)" in said(done)[0]["detail"]
    assert not (home / "sprung").exists()


def test_a_file_that_is_not_understood_is_told(cli: Cli, home: Path) -> None:
    (home / ".claude.json").write_text("{", encoding="utf-8")
    done = cli("doctor", "--json")
    assert said(done)[0]["state"] == "note"
    assert ".claude.json cannot be understood" in said(done)[0]["detail"]
    assert done.returncode == 0


def _write(file: Path, command: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    entry = {"command": command, "args": ["-m", "editloop", "mcp", "serve"]}
    file.write_text(json.dumps({"mcpServers": {"editloop": entry}}), encoding="utf-8")
