"""`editloop thinker template …`, called as the command line calls it."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from editloop.cli.thinker import app
from editloop.memory import EditloopError, SettingsError, ThinkerError
from editloop.policies.editthinker import Template

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = app(
            ["template", *words],
            result_action="return_value",
            exit_on_error=False,
            print_error=False,
        )
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_the_template_in_use_is_shown_and_named(call: Call) -> None:
    code, out, err = call("show")
    assert code == 0
    assert out == Template.default().text.strip("\n") + "\n"
    assert f"editloop, SHA-256 {Template.default().digest}" in err
    assert "editloop thinker template fetch" in err


def test_the_template_in_use_as_json(call: Call) -> None:
    found = json.loads(call("show", "--json")[1])
    assert found["sha256"] == Template.default().digest
    assert (found["name"], found["path"]) == ("editloop", None)
    assert found["text"] == Template.default().text


def test_the_place_of_the_official_template_is_in_the_users_data(
    call: Call, tmp_path: Path
) -> None:
    place = tmp_path / "data" / "editloop" / "templates" / "editthinker.txt"
    assert call("path")[1] == f"{place}\n"
    assert json.loads(call("path", "--json")[1]) == {"path": str(place), "exists": False}


def test_another_file_than_the_official_one_is_not_taken(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("{original_instruction} {rewritten_prompt}")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with pytest.raises(SettingsError, match=f"begins {digest[:12]}"):
        call("fetch", "--file", str(file))
    assert not (tmp_path / "data").exists()


def test_without_a_network_the_way_by_hand_is_told(call: Call, free_tcp_port: int) -> None:
    with pytest.raises(ThinkerError, match="--file PATH"):
        call("fetch", "--url", f"http://127.0.0.1:{free_tcp_port}/prompt_template.txt")


def test_a_file_and_an_address_are_one_too_many(call: Call) -> None:
    with pytest.raises(EditloopError, match="one of them"):
        call("fetch", "--file", "a", "--url", "b")
