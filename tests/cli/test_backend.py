"""`editloop backend …`, and what `doctor` says of engines."""

import json
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from images_server import edit_server
from streamed_model import answering

Cli = Callable[..., subprocess.CompletedProcess[str]]
NOWHERE = "images+http://127.0.0.1:9/v1?model=x"


def backends(cli: Cli, **variables: str) -> dict[str, dict[str, Any]]:
    done = cli("backend", "list", "--json", env=variables)
    assert done.returncode == 0, done.stderr
    return {each["name"]: each for each in json.loads(done.stdout)["backends"]}


@contextmanager
def said_by_a_model(*texts: str) -> Generator[str]:
    """A server of OpenAI's chat completions that says one text after the other."""
    left = list(texts)

    def written(asked: dict[str, Any]) -> bytes:
        message = {"role": "assistant", "content": left.pop(0)}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        kind = {"id": "1", "object": "chat.completion", "created": 1, "model": "tiny"}
        return json.dumps({**kind, "choices": [choice]}).encode()

    with answering(written, "application/json") as url:
        yield url


def test_the_list_says_what_each_backend_can_be_and_do(cli: Cli, home: Path) -> None:
    toml = '[backends]\ngpu = "editthinker+http://u:secret@gpu:8005"\npaid = "fal:some/model"\n'
    (home / "editloop.toml").write_text(toml, encoding="utf-8")
    found = backends(cli, FAL_KEY="hidden-key")
    assert found["editor"]["abilities"]["instruction"] == "photometric"
    assert found["thinker"]["roles"] == ["thinker"]
    assert found["gpu"]["roles"] == ["editor", "thinker"]
    assert (found["paid"]["key"], found["paid"]["has_key"]) == ("FAL_KEY", True)
    shown = cli("backend", "list", env={"FAL_KEY": "hidden-key"}).stdout
    assert "FAL_KEY is set" in shown
    assert "secret" not in shown + json.dumps(found)
    assert "hidden-key" not in shown + json.dumps(found)


def test_rewriters_are_listed_as_what_they_are(cli: Cli, home: Path) -> None:
    chat = "chat+http://127.0.0.1:9/v1?model=tiny"
    tool = "mcp+https://images.example/mcp?tool=edit"
    toml = f'first = "{chat}"\n[backends]\nwords = "{chat}"\ntool = "{tool}"\n'
    (home / "editloop.toml").write_text(toml, encoding="utf-8")
    found = backends(cli)
    assert found["first"]["roles"] == found["words"]["roles"] == ["rewriter"]
    assert found["words"]["key"] == found["tool"]["key"] == ""
    kinds = json.loads(cli("backend", "list", "--json").stdout)["kinds"]
    assert {each["kind"] for each in kinds if each["role"] == "rewriter"} >= {"chat"}
    assert cli("backend", "ping").returncode == 4


def test_a_rewriter_is_tried_with_one_real_wish(cli: Cli, home: Path) -> None:
    with said_by_a_model('{"Rewritten": "raise the exposure"}', "as you wish") as url:
        found = cli("backend", "test", f"chat+{url}?model=tiny", "--json")
        assert found.returncode == 0, found.stderr
        told = json.loads(found.stdout)
        assert (told["role"], told["says"]) == ("rewriter", "raise the exposure")
        unread = cli("backend", "test", f"chat+{url}?model=tiny")
    assert unread.returncode == 4
    assert "no instruction can be read: as you wish" in unread.stdout
    assert cli("backend", "test", "asked", "--as", "rewriter").returncode == 2


def test_a_backend_that_cannot_be_made_says_why(cli: Cli, home: Path) -> None:
    (home / "editloop.toml").write_text('[backends]\nodd = "images+http://h/v1?modle=x"\n')
    found = backends(cli)["odd"]
    assert found["roles"] == ["editor"] or "modle" in found["problem"]
    (home / "editloop.toml").write_text('[backends]\nodd = "comfyui+http://h"\n')
    assert "workflow" in backends(cli)["odd"]["problem"]
    assert "cannot be made" in cli("backend", "list").stdout


def test_the_list_names_every_kind_with_an_example(cli: Cli) -> None:
    kinds = json.loads(cli("backend", "list", "--json").stdout)["kinds"]
    assert {"retouch", "images", "editthinker", "diffusers", "measured", "expert"} <= {
        each["kind"] for each in kinds
    }
    assert all(each["example"] and each["what"] for each in kinds)


@pytest.mark.parametrize(("name", "role"), [("retouch", "editor"), ("measured", "thinker")])
def test_a_built_in_backend_makes_what_it_is_there_for(cli: Cli, name: str, role: str) -> None:
    found = json.loads(cli("backend", "test", name, "--json").stdout)
    assert (found["role"], found["name"], found["useful"]) == (role, name, True)
    assert cli("backend", "test", name).returncode == 0


def test_a_real_server_is_tried_with_one_real_edit(cli: Cli, home: Path) -> None:
    with edit_server() as server:
        (home / "editloop.toml").write_text(f'[backends]\nmine = "{server.address}"\n')
        done = cli("backend", "test", "mine", "--json")
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert "16x12 image/png" in found["says"]
        assert any("size" in each or "aspect" in each for each in found["findings"])
        assert len(server.answered) == 1
        server.status = 400
        failed = cli("backend", "test", "mine")
        assert failed.returncode == 4
        assert "out of order" in failed.stderr


def test_a_name_that_names_nothing_is_2(cli: Cli) -> None:
    done = cli("backend", "test", "nobody")
    assert done.returncode == 2
    assert "nobody" in done.stderr


def test_a_ping_asks_every_server_of_an_address(cli: Cli) -> None:
    with edit_server() as one, edit_server() as two:
        found = cli("backend", "ping", f"{one.address},{two.address}", "--json")
        assert found.returncode == 0, found.stderr
        first, second = json.loads(found.stdout)
        assert (first["ready"], first["models"]) == (True, ["tiny"])
        assert second["reachable"]
        assert one.answered == two.answered == []
        both = cli("backend", "ping", f"{one.address},{NOWHERE}")
    assert both.returncode == 4
    assert "cannot be reached" in both.stdout


def test_the_health_of_an_official_service_is_not_taken_for_readiness(cli: Cli) -> None:
    with edit_server() as server:
        server.health = b'{"status": "healthy", "gpu_manager_ready": true}'
        (found,) = json.loads(cli("backend", "ping", server.url, "--json").stdout)
        assert (found["reachable"], found["ready"]) == (True, None)
        assert "backend test" in found["detail"]
        server.health = b'{"status": "healthy", "gpu_manager_ready": true, "ready": false}'
        ours = cli("backend", "ping", server.url)
        assert ours.returncode == 4
        assert "its editor is not ready" in ours.stdout


def test_a_ping_without_a_server_to_ask_is_well(cli: Cli) -> None:
    done = cli("backend", "ping")
    assert done.returncode == 0
    assert "no server to ask" in done.stdout


def doctor(cli: Cli, **variables: str) -> tuple[int, list[dict[str, Any]]]:
    done = cli("doctor", "--json", env=variables)
    return done.returncode, json.loads(done.stdout)


def test_doctor_fails_when_a_server_in_use_cannot_be_reached(cli: Cli, home: Path) -> None:
    code, found = doctor(cli, EDITLOOP_EDITOR=NOWHERE)
    assert code == 1
    assert any(f["what"] == "editor" and "cannot be reached" in f["detail"] for f in found)
    (home / "editloop.toml").write_text(f'[backends]\nspare = "{NOWHERE}"\n')
    code, found = doctor(cli)
    assert code == 0
    assert [f["state"] for f in found if f["what"] == "backend"] == ["note"]


def test_doctor_tells_a_server_that_answers(cli: Cli) -> None:
    with edit_server() as server:
        code, found = doctor(cli, EDITLOOP_EDITOR=server.address)
    assert code == 0
    assert any("models tiny" in each["detail"] for each in found)


def test_doctor_tells_extras_and_how_to_install_them(cli: Cli) -> None:
    _, found = doctor(cli)
    (extras,) = [each for each in found if each["what"] == "extras"]
    assert "not installed" in extras["detail"]
    assert "editloop[NAME]" in extras["detail"]


def test_doctor_says_that_our_wording_is_not_the_one_of_the_training(cli: Cli) -> None:
    _, found = doctor(cli, EDITLOOP_THINKER="editthinker+http://127.0.0.1:9?model=x")
    (template,) = [each for each in found if each["what"] == "template"]
    assert template["state"] == "note"
    assert "template fetch" in template["cure"]


def test_doctor_asks_for_the_gpu_only_when_told_to(cli: Cli) -> None:
    _, found = doctor(cli)
    assert "gpu" not in {each["what"] for each in found}
    found = json.loads(cli("doctor", "--gpu", "--json").stdout)
    assert [each["state"] for each in found if each["what"] == "gpu"]
