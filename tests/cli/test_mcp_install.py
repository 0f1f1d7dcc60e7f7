"""`editloop mcp install` and `config`: what is written can be read, started, and taken out again."""

import base64
import json
import os
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from editloop.cli.mcp_clients import CLIENTS, Entry, System, client_named, jsonc
from editloop.memory import SettingsError

Cli = Callable[..., subprocess.CompletedProcess[str]]
KEYS = [client.key for client in CLIENTS]
SEVEN = [
    "edit_image",
    "refine_run",
    "get_run",
    "compare_runs",
    "list_images",
    "request_upload",
    "rate_run",
]


@pytest.fixture
def pictures(home: Path) -> str:
    """A folder that may be read."""
    (home / "photos").mkdir()
    return str(home / "photos")


def entry_in(key: str, file: Path, name: str = "editloop") -> dict[str, Any]:
    """What a client finds in its file, read as the client reads it."""
    client, text = client_named(key), file.read_text(encoding="utf-8")
    whole = {"json": jsonc.parsed, "toml": tomllib.loads, "yaml": yaml.safe_load}[client.format](
        text
    )
    found: dict[str, Any] = whole[client.section][name]
    return found


def program(entry: dict[str, Any]) -> tuple[str, list[str], dict[str, str]]:
    """What the client starts."""
    command = entry.get("command") or entry["cmd"]
    return command, entry["args"], entry.get("env") or entry.get("envs") or {}


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("key", KEYS)
async def test_the_server_that_is_written_starts_and_lists_seven_tools(
    key: str, cli: Cli, home: Path, pictures: str
) -> None:
    file = Path(cli("mcp", "install", key, "--allow", pictures, "--turns", "3").stdout.strip())
    command, args, env = program(entry_in(key, file))
    assert command == sys.executable
    mine = {**env, "HOME": str(home)}
    params = StdioServerParameters(command=command, args=args, env=mine, cwd=str(home))
    async with Client(stdio_client(params)) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
    assert tools == SEVEN


@pytest.mark.parametrize("key", KEYS)
def test_twice_is_once_and_uninstalling_leaves_nothing(key: str, cli: Cli, pictures: str) -> None:
    first = cli("mcp", "install", key, "--allow", pictures)
    file = Path(first.stdout.strip())
    written = file.read_bytes()
    assert "written" in first.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    again = cli("mcp", "install", key, "--allow", pictures)
    assert "was there already" in again.stderr
    assert file.read_bytes() == written
    removed = cli("mcp", "uninstall", key)
    assert "removed from" in removed.stderr
    assert "editloop" not in file.read_text(encoding="utf-8")
    assert "was not there" in cli("mcp", "uninstall", key).stderr


@pytest.mark.parametrize("key", KEYS)
def test_config_prints_what_install_writes(key: str, cli: Cli, pictures: str) -> None:
    file = Path(cli("mcp", "install", key, "--allow", pictures).stdout.strip())
    shown = cli("mcp", "config", key, "--allow", pictures)
    assert file.read_text(encoding="utf-8") == shown.stdout
    assert str(file) in shown.stderr
    said = json.loads(cli("mcp", "config", key, "--allow", pictures, "--json").stdout)
    assert said["entry"] == entry_in(key, file)
    assert said["snippet"] == shown.stdout
    assert said["file"] == str(file)


def test_what_was_there_stays_and_is_kept_beside(cli: Cli, home: Path, pictures: str) -> None:
    file = home / ".vscode" / "mcp.json"
    file.parent.mkdir()
    before = '{\n  // my servers\n  "servers": {\n    "mine": {"command": "x"}, // keep\n  },\n}\n'
    file.write_text(before, encoding="utf-8")
    file.chmod(0o640)
    done = cli("mcp", "install", "vscode", "--scope", "project", "--json")
    said = json.loads(done.stdout)
    text = file.read_text(encoding="utf-8")
    assert (said["file"], said["done"]) == (str(file), "written")
    assert Path(said["backup"]).read_text(encoding="utf-8") == before
    assert "// my servers" in text
    assert "// keep" in text
    assert jsonc.parsed(text)["servers"]["mine"] == {"command": "x"}
    assert program(entry_in("vscode", file))[1][-2:] == ["--allow", str(home)]
    assert file.stat().st_mode & 0o777 == 0o640


def test_what_a_person_added_to_the_entry_stays(cli: Cli, home: Path, pictures: str) -> None:
    file = home / "mine.yaml"
    words = ("mcp", "install", "goose", "--allow", pictures, "--file", "mine.yaml")
    cli(*words)
    text = file.read_text(encoding="utf-8").replace("envs: {}", 'envs:\n      MINE: "1"')
    file.write_text(text + "    available_tools: []\n", encoding="utf-8")
    cli(*words, "--env", "OTHER=2")
    found = entry_in("goose", file)
    assert found["envs"] == {"MINE": "1", "OTHER": "2"}
    assert found["available_tools"] == []


def test_a_dry_run_shows_the_change_and_makes_none(cli: Cli, home: Path, pictures: str) -> None:
    (home / ".cursor").mkdir()
    file = home / ".cursor" / "mcp.json"
    file.write_text('{"mcpServers": {"a": {"env": {"SECRET": "hush"}}}}\n', encoding="utf-8")
    done = cli("mcp", "install", "cursor", "--allow", pictures, "--dry-run")
    assert '+  "editloop"' in done.stdout.replace("    ", "  ")
    assert file.read_text(encoding="utf-8").count("editloop") == 0
    assert "nothing was written" in done.stderr
    cli("mcp", "install", "cursor", "--allow", pictures)
    later = cli("mcp", "install", "cursor", "--allow", pictures, "--turns", "2", "--dry-run")
    assert "hush" not in later.stdout


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("claude-code", '{"mcpServers": {"a": }'),
        ("claude-desktop", "[]"),
        ("vscode", '{"servers": [] }'),
        ("cursor", '{"mcpServers": {"editloop": "x"}}'),
        ("goose", "extensions: {a: {}}\n"),
        ("codex", "[mcp_servers\n"),
        ("codex", "mcp_servers = {}\n"),
        ("codex", "\xff"),
    ],
)
def test_a_file_that_is_not_understood_is_left_alone(
    key: str, text: str, cli: Cli, home: Path, pictures: str
) -> None:
    file = home / "broken"
    file.write_bytes(text.encode("latin-1"))
    for more in ((), ("--dry-run",)):
        done = cli("mcp", "install", key, "--allow", pictures, "--file", "broken", *more)
        assert done.returncode == 2
        assert str(file) in done.stderr
        assert done.stderr.count("\n") == 1
    assert file.read_bytes() == text.encode("latin-1")
    assert list(home.glob("broken?*")) == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("cursor", '{"mcpServers": {"mine": {"command": "x"}}}'),
        ("goose", "extensions:\r\n  mine:\r\n    enabled: true\r\n"),
        ("codex", "[mcp_servers.mine]\r\ncommand = 'x'\r\n"),
    ],
)
def test_a_file_that_begins_with_a_byte_order_mark_keeps_it_and_its_servers(
    key: str, text: str, cli: Cli, home: Path, pictures: str
) -> None:
    file = home / "marked"
    file.write_text("\ufeff" + text, encoding="utf-8", newline="")
    cli("mcp", "install", key, "--allow", pictures, "--file", "marked")
    marked = file.read_bytes().decode()
    assert marked.startswith("\ufeff")
    assert marked.count("\ufeff") == 1
    file.write_text(marked[1:], encoding="utf-8", newline="")
    assert entry_in(key, file)["args"]
    assert entry_in(key, file, "mine")


def test_uninstalling_can_be_looked_at_first(cli: Cli, home: Path, pictures: str) -> None:
    words = ("cursor", "--scope", "project", "--name", "mine")
    file = Path(cli("mcp", "install", *words, "--allow", pictures).stdout.strip())
    written = file.read_bytes()
    done = cli("mcp", "uninstall", *words, "--dry-run")
    assert '-    "mine": {' in done.stdout
    assert "nothing was written" in done.stderr
    assert file.read_bytes() == written
    said = json.loads(cli("mcp", "uninstall", *words, "--json").stdout)
    assert (said["file"], said["done"]) == (str(file), "removed")
    assert jsonc.parsed(file.read_text(encoding="utf-8")) == {"mcpServers": {}}


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_a_link_stays_a_link(cli: Cli, home: Path, pictures: str) -> None:
    (home / "dotfiles").mkdir()
    real = home / "dotfiles" / "config.toml"
    real.write_text('model = "x"\n', encoding="utf-8")
    (home / ".codex").mkdir()
    (home / ".codex" / "config.toml").symlink_to(real)
    cli("mcp", "install", "codex")
    assert (home / ".codex" / "config.toml").is_symlink()
    assert real.read_text(encoding="utf-8").startswith('model = "x"\n\n[mcp_servers.editloop]')


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("claude-code", {"env": {"KEY": "${KEY}", "PLAIN": "1"}}),
        ("vscode", {"env": {"KEY": "${env:KEY}", "PLAIN": "1"}}),
        ("cursor", {"env": {"KEY": "${env:KEY}", "PLAIN": "1"}}),
        ("goose", {"env_keys": ["KEY"], "envs": {"PLAIN": "1"}}),
        ("codex", {"env_vars": ["KEY"], "env": {"PLAIN": "1"}}),
    ],
)
def test_secrets_are_named_and_not_copied(
    key: str, said: dict[str, Any], cli: Cli, pictures: str
) -> None:
    words = ("--allow", pictures, "--env", "KEY", "--env", "PLAIN=1", "--json")
    done = cli("mcp", "config", key, *words, env={"KEY": "hush"})
    entry = json.loads(done.stdout)["entry"]
    assert {name: entry[name] for name in said} == said
    assert "hush" not in done.stdout


def test_a_client_that_passes_nothing_on_says_so(cli: Cli, pictures: str) -> None:
    done = cli("mcp", "config", "claude-desktop", "--allow", pictures, "--env", "KEY")
    assert done.returncode == 2
    assert "--env KEY=VALUE" in done.stderr


def test_a_password_in_an_option_is_refused(cli: Cli, pictures: str) -> None:
    words = ("--allow", pictures, "--store", "postgresql://me:hush@host/db")
    done = cli("mcp", "config", "cursor", *words)
    assert done.returncode == 2
    assert "--env EDITLOOP_STORE" in done.stderr
    assert "hush" not in done.stderr


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("claude-code", {"type": "http", "headers": {"Authorization": "Bearer ${T}"}}),
        ("vscode", {"type": "http", "headers": {"Authorization": "Bearer ${env:T}"}}),
        ("cursor", {"headers": {"Authorization": "Bearer ${env:T}"}}),
        ("goose", {"type": "streamable_http", "env_keys": ["T"], "uri": "https://h/mcp"}),
        ("codex", {"bearer_token_env_var": "T", "url": "https://h/mcp"}),
    ],
)
def test_a_server_elsewhere_is_named_by_its_address(
    key: str, wanted: dict[str, Any], cli: Cli
) -> None:
    done = cli("mcp", "config", key, "--http", "https://h/mcp", "--token-env", "T", "--json")
    entry = json.loads(done.stdout)["entry"]
    assert {name: entry.get(name) for name in wanted} == wanted
    assert "command" not in entry
    assert "cmd" not in entry


@pytest.mark.parametrize(
    "words",
    [
        ("claude-desktop", "--http", "https://h/mcp"),
        ("cursor", "--http", "h/mcp"),
        ("cursor", "--http", "https://h/mcp", "--turns", "3"),
        ("cursor", "--http", "https://me:hush@h/mcp"),
        ("cursor", "--allow", "nowhere"),
        ("cursor", "--allow", ".", "--token-env", "T"),
        ("cursor", "--allow", ".", "--name", "a.b"),
        ("goose", "--allow", ".", "--scope", "project"),
        ("goose", "--allow", ".", "--link"),
        ("cursor",),  # no folder of pictures in this home
    ],
)
def test_what_does_not_go_together_is_one_sentence(words: tuple[str, ...], cli: Cli) -> None:
    done = cli("mcp", "config", *words)
    assert done.returncode == 2, done.stdout
    assert done.stderr.startswith("error:")
    assert done.stderr.count("\n") == 1
    assert "hush" not in done.stderr


def test_links_carry_the_same_entry(cli: Cli, pictures: str) -> None:
    words = ("--allow", pictures)
    vscode = cli("mcp", "config", "vscode", *words, "--link").stdout.strip()
    cursor = cli("mcp", "config", "cursor", *words, "--link").stdout.strip()
    entries = {
        key: json.loads(cli("mcp", "config", key, *words, "--json").stdout)["entry"]
        for key in ("vscode", "cursor")
    }
    found = json.loads(unquote(vscode.removeprefix("vscode:mcp/install?")))
    assert found == {"name": "editloop"} | entries["vscode"]
    asked = parse_qs(urlsplit(cursor).query)
    assert cursor.startswith("cursor://anysphere.cursor-deeplink/mcp/install?")
    assert json.loads(base64.b64decode(asked["config"][0])) == entries["cursor"]
    assert asked["name"] == ["editloop"]


def test_settings_of_this_shell_that_are_lost_are_named(cli: Cli, pictures: str) -> None:
    words = ("mcp", "install", "codex")
    assert "EDITLOOP_TURNS" in cli(*words, env={"EDITLOOP_TURNS": "2"}).stderr
    told = cli(*words, "--env", "EDITLOOP_TURNS", env={"EDITLOOP_TURNS": "2"})
    assert "EDITLOOP_TURNS" not in told.stderr


def test_paths_are_written_in_full(cli: Cli, home: Path, pictures: str) -> None:
    words = ("--allow", "photos", "--out", "edited", "--store", "runs.db", "--config", "my.toml")
    done = cli("mcp", "config", "cursor", *words, "--json")
    args = json.loads(done.stdout)["entry"]["args"]
    pairs = dict(zip(args[4::2], args[5::2], strict=True))
    assert pairs == {
        "--allow": str(home / "photos"),
        "--out": str(home / "edited"),
        "--store": str(home / "runs.db"),
        "--config": str(home / "my.toml"),
    }


@pytest.mark.parametrize(
    ("platform", "key", "scope", "end"),
    [
        ("linux", "claude-code", "user", "h/.claude.json"),
        ("linux", "claude-code", "project", "p/.mcp.json"),
        ("linux", "claude-desktop", "user", "h/.config/Claude/claude_desktop_config.json"),
        (
            "darwin",
            "claude-desktop",
            "user",
            "h/Library/Application Support/Claude/claude_desktop_config.json",
        ),
        ("win32", "claude-desktop", "user", "h/AppData/Roaming/Claude/claude_desktop_config.json"),
        ("linux", "vscode", "user", "h/.config/Code/User/mcp.json"),
        ("darwin", "vscode", "user", "h/Library/Application Support/Code/User/mcp.json"),
        ("win32", "vscode", "user", "h/AppData/Roaming/Code/User/mcp.json"),
        ("linux", "vscode", "project", "p/.vscode/mcp.json"),
        ("darwin", "cursor", "user", "h/.cursor/mcp.json"),
        ("linux", "cursor", "project", "p/.cursor/mcp.json"),
        ("darwin", "goose", "user", "h/.config/goose/config.yaml"),
        ("win32", "goose", "user", "h/AppData/Roaming/Block/goose/config/config.yaml"),
        ("linux", "codex", "user", "h/.codex/config.toml"),
        ("linux", "codex", "project", "p/.codex/config.toml"),
    ],
)
def test_each_client_has_its_file(platform: str, key: str, scope: Any, end: str) -> None:
    system = System(platform, Path("h"), {}, Path("p"))
    assert client_named(key).place(system, scope).as_posix() == end


def test_variables_move_the_files() -> None:
    moved = {"CODEX_HOME": "c", "CLAUDE_CONFIG_DIR": "d", "XDG_CONFIG_HOME": "x", "APPDATA": "a"}
    linux, windows = (System(each, Path("h"), moved, Path("p")) for each in ("linux", "win32"))
    assert linux.codex() == Path("c/config.toml")
    assert linux.claude_code() == Path("d/.claude.json")
    assert linux.goose() == Path("x/goose/config.yaml")
    assert windows.config("Claude") == Path("a/Claude")


def test_a_file_that_changes_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    from editloop.cli.mcp_clients import apply, changed

    file = tmp_path / "mcp.json"
    change = changed(client_named("cursor"), file, Entry(command="x"))
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(SettingsError, match="somebody else"):
        apply(change)
    assert file.read_text(encoding="utf-8") == "{}"


def test_words_with_spaces_arrive_whole(cli: Cli, home: Path) -> None:
    (home / "my photos; rm").mkdir()
    done = cli("mcp", "config", "goose", "--allow", "my photos; rm")
    args = yaml.safe_load(done.stdout)["extensions"]["editloop"]["args"]
    assert args[-1] == str(home / "my photos; rm")
    assert len(shlex.split(shlex.join(args))) == len(args)
