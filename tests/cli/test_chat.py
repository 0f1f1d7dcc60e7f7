"""`editloop chat`: conversations of one line, through pipes, and in a terminal."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from streamed_model import calling, streamed_model
from terminal import on_terminal

from editloop.cli.chat_lines import Line, understood

Cli = Callable[..., subprocess.CompletedProcess[str]]

RISING = ("--editor", "grey", "--thinker", "rising", "--turns", "2")
EDIT = {"tool": "edit_image", "arguments": {"image": "$image", "instruction": "make it lighter"}}
LESS = {"tool": "refine_edit", "arguments": {"run": "$run", "instruction": "a little less"}}


def _script(home: Path, *lines: dict[str, Any]) -> str:
    path = home / "script.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return f"scripted:{path.name}"


def _runs(cli: Cli) -> list[dict[str, Any]]:
    lines = cli("runs", "export", "--all").stdout.splitlines()
    return [json.loads(line)["run"] for line in lines]


def _events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_one_line_is_answered_and_edited(cli: Cli) -> None:
    done = cli("chat", "photo.png", "-p", "lighter", *RISING)
    assert done.returncode == 0
    assert "semantic 7.0, quality 7.0" in done.stdout
    assert "turn 2 " in done.stderr
    assert "picture  img_" in done.stderr
    assert "next:    editloop chat --session " in done.stderr


def test_a_conversation_goes_on_in_another_process(cli: Cli, home: Path) -> None:
    model = _script(home, EDIT, {"text": "Lighter."}, LESS, {"text": "A little less."})
    first = cli(
        "chat", "photo.png", "--session", "walk", "--model", model, "-p", "lighter", *RISING
    )
    assert first.stdout == "Lighter.\n"
    model = _script(home, LESS, {"text": "A little less."})
    again = cli("chat", "--session", "walk", "--model", model, "-p", "a little less", *RISING)
    assert again.stdout == "A little less.\n"

    second, first_run = sorted(_runs(cli), key=lambda run: str(run["id"]), reverse=True)
    labels = second["task"]["labels"]
    assert (labels["session"], labels["door"], labels["parent"]) == (
        "walk",
        "chat",
        first_run["id"],
    )
    picture = first_run["turns"][first_run["answer"] - 1]["edited"]["sha256"]
    assert second["task"]["source"]["sha256"] == picture
    kept = home / "store" / "chats" / "walk.json"
    assert kept.stat().st_mode & 0o77 == 0
    assert len(kept.read_bytes()) < 20_000
    assert "base64" not in kept.read_text()


def test_programs_get_one_object_a_line(process: Cli, home: Path) -> None:
    model = _script(home, EDIT, {"text": "Lighter."})
    done = process("chat", "photo.png", "--json", "--model", model, *RISING, input="lighter\n")
    assert (done.returncode, done.stderr) == (0, "")
    events = _events(done.stdout)
    kinds = [event["type"] for event in events]
    assert kinds[:4] == ["note", "tool.called", "run.opened", "turn.editing"]
    assert kinds[-3:] == ["run.closed", "text.delta", "answer"]
    answer = events[-1]
    assert answer["text"] == "Lighter."
    assert answer["images"][0]["turn"] == 2
    assert len(answer["images"][0]["sha256"]) == 64


def test_commands_look_at_pictures_and_save_them(process: Cli, home: Path) -> None:
    (home / "there.png").write_bytes(b"mine")
    lines = "lighter\n/images\n/save last answer.jpg\n/save 1 there.png\n/save img_0 x.png\n/undo\n/undo\n"
    done = process("chat", "photo.png", *RISING, input=lines)
    assert done.returncode == 0
    listed = [line.split() for line in done.stdout.splitlines() if line[:3].strip().isdigit()]
    assert [line[0] for line in listed] == ["1", "2"]
    assert listed[0][2:] == ["64×48", "attached"]
    assert listed[1][3:4] == ["edited"]
    with Image.open(home / "answer.jpg") as image:
        assert image.format == "JPEG"
    assert (home / "there.png").read_bytes() == b"mine"
    assert "error:   'there.png' exists and was not replaced" in done.stderr
    assert "error:   there is no picture 'img_0'" in done.stderr
    assert "chat     undone\nchat     nothing to undo" in done.stderr


def test_what_goes_wrong_is_told_and_the_chat_goes_on(process: Cli) -> None:
    lines = "/attach nowhere.png\n/dance\n/save last\n/nowhere/photo.png\nlighter\nphoto.png\nlighter\n/quit\nnever said\n"
    done = process("chat", *RISING, input=lines)
    assert done.returncode == 0
    assert "error:   there is no file 'nowhere.png'" in done.stderr
    assert "error:   /dance is not understood" in done.stderr
    assert "error:   write it as /save PICTURE PATH" in done.stderr
    assert "error:   there is no file '/nowhere/photo.png'" in done.stderr
    assert done.stdout.startswith("There is no picture yet")
    assert "attached photo.png: 64×48" in done.stderr
    assert "semantic 7.0" in done.stdout
    assert "never said" not in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--model", "openai:gpt-5.2"), 2, "OPENAI_API_KEY"),
        (("--model", "nope:x"), 2, "'nope:x' cannot be used"),
        (("--model", "scripted:nowhere"), 5, "the script 'nowhere' cannot be read"),
        (("--session", "../../etc"), 2, "use letters, digits, dots and dashes"),
        (("nowhere.png",), 5, "no file 'nowhere.png'"),
        (("-p", " "), 5, "nothing to say"),
    ],
)
def test_what_cannot_be_begun_ends_with_its_code(
    cli: Cli, words: tuple[str, ...], code: int, said: str
) -> None:
    done = cli("chat", *words, *([] if "-p" in words else ["-p", "hello"]))
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


@pytest.mark.parametrize("line", ['{"tool": 3}', '{"tool": "retouch", "arguments": [1]}', "3"])
def test_a_script_that_is_none_is_refused(cli: Cli, home: Path, line: str) -> None:
    (home / "script.jsonl").write_text(line)
    done = cli("chat", "--model", "scripted:script.jsonl", "-p", "hello")
    assert done.returncode == 5
    assert "must hold JSON objects, one a line" in done.stderr


@pytest.mark.parametrize("text", ["[]", "no JSON", '{"messages": [{"kind": "nope"}]}', "{}"])
def test_a_conversation_that_cannot_be_read_is_named(cli: Cli, home: Path, text: str) -> None:
    kept = home / "store" / "chats" / "walk.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(text)
    done = cli("chat", "--session", "walk", "-p", "hello")
    assert done.returncode == 5
    assert "holds no conversation that can be read here: move it away" in done.stderr


def test_a_model_that_cannot_be_reached_is_told_apart(cli: Cli) -> None:
    away = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    done = cli("chat", "--model", "openai-chat:gpt-5.2", "-p", "hello", env=away)
    assert done.returncode == 4
    assert "the model 'openai-chat:gpt-5.2' cannot be reached" in done.stderr


def test_a_model_of_pydantic_ai_is_talked_to_over_its_own_protocol(cli: Cli) -> None:
    asked: list[dict[str, Any]] = []

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request)
        if len(asked) == 2:
            return {"content": "It is lighter now."}
        (handle,) = re.findall(r"\[(img_\w+): picture attached", json.dumps(request))
        return calling("edit_image", image=handle, instruction="lighter")

    with streamed_model(answer) as url:
        env = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": url}
        words = ("--model", "openai-chat:gpt-5.2", "-p", "lighter please")
        done = cli("chat", "photo.png", *words, *RISING, env=env)
    assert (done.returncode, done.stdout) == (0, "It is lighter now.\n"), done.stderr
    told = json.dumps(asked[1]["messages"])
    assert told.count("data:image/jpeg;base64,") == 2  # the previews of both pictures
    assert "semantic" in told


def test_an_edit_that_was_made_before_is_named_again(cli: Cli, home: Path) -> None:
    script = _script(home, EDIT, {"text": "Lighter."})
    words = ("--session", "twice", "--model", script, "-p", "lighter", "--json", *RISING[2:])
    made = [cli("chat", "photo.png", *words) for _ in range(2)]
    first, second = [_events(done.stdout)[-1]["images"][-1] for done in made]
    assert first["image"] == second["image"]
    assert first["run"] != second["run"]


def test_words_may_come_from_standard_input(process: Cli) -> None:
    done = process("chat", "photo.png", "-p", "-", *RISING, input="make it\nlighter\n")
    assert done.returncode == 0
    assert "make it" in done.stderr
    assert "semantic 7.0" in done.stdout


def test_who_leaves_in_the_middle_ends_the_chat(
    command: list[str], home: Path, environment: dict[str, str], cli: Cli
) -> None:
    words = [*command, "chat", "photo.png", *RISING]
    with subprocess.Popen(
        words,
        cwd=home,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as chat:
        assert chat.stdout
        chat.stdout.close()
        _, told = chat.communicate("lighter\nlighter\nlighter\n", timeout=300)
    assert chat.returncode == 141
    assert "cannot be reached" not in told
    assert len(_runs(cli)) == 1


def test_the_variable_names_the_model(cli: Cli, home: Path) -> None:
    env = {"EDITLOOP_CHAT_MODEL": _script(home, {"text": "Good morning."})}
    assert cli("chat", "-p", "hello", env=env).stdout == "Good morning.\n"


def test_an_edit_that_costs_money_is_not_made_where_nobody_can_be_asked(cli: Cli) -> None:
    costly = ("--editor", "costly", "--thinker", "rising", "--turns", "1")
    done = cli("chat", "photo.png", "-p", "lighter", *costly)
    assert done.returncode == 0
    assert "about $0.40 a turn); --yes allows it" in done.stderr
    assert _runs(cli) == []
    done = cli("chat", "photo.png", "--yes", "-p", "lighter", *costly)
    assert "semantic 5.0" in done.stdout
    assert len(_runs(cli)) == 1


def test_a_person_is_asked_in_the_terminal(
    command: list[str], home: Path, environment: dict[str, str]
) -> None:
    words = [*command, "chat", "photo.png", "--editor", "costly", "--thinker", "rising"]
    with on_terminal([*words, "--turns", "1"], home, environment) as terminal:
        terminal.until("> ")
        terminal.type("lighter")
        terminal.until("about $0.40 a turn); allow it? [y/N] ")
        terminal.type("y")
        terminal.until("picture  img_")
        terminal.until("> ")
        terminal.type("/save last photo.png")
        terminal.until("replace photo.png? [y/N] ")
        terminal.type("")
        terminal.until("was not replaced")
        terminal.type("/quit")
        assert terminal.rest() == 0
    assert "semantic 5.0, quality 5.0" in terminal.seen
    assert "pydantic" not in terminal.seen  # whose agent prints a banner otherwise


def test_ctrl_c_cancels_the_edit_and_not_the_chat(
    command: list[str], home: Path, environment: dict[str, str], cli: Cli
) -> None:
    words = [*command, "chat", "photo.png", "--editor", "slow", "--session", "cut"]
    with on_terminal(words, home, environment) as terminal:
        terminal.until("> ")
        terminal.type("lighter")
        terminal.until("editing")
        terminal.interrupt()
        told = terminal.until("editloop resume ")
        assert "is saved up to here" in told
        terminal.until("> ")
        terminal.type("/images")
        terminal.until("no pictures yet")
        terminal.type("/quit")
        assert terminal.rest() == 0
    (run,) = _runs(cli)
    assert run.get("stop") is None
    assert run["task"]["labels"]["session"] == "cut"
    assert f"editloop resume {run['id'][-6:]}" in terminal.seen


def test_ctrl_c_at_the_prompt_leaves(
    command: list[str], home: Path, environment: dict[str, str]
) -> None:
    with on_terminal([*command, "chat"], home, environment) as terminal:
        terminal.until("> ")
        terminal.interrupt()
        assert terminal.rest() == 130


def test_a_line_is_a_command_pictures_or_words(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    spaced = home / "my photo.png"
    spaced.write_bytes((home / "photo.png").read_bytes())
    assert understood(" /save last  out.png ") == Line(command="save", words=("last", "out.png"))
    assert understood("don't make it warmer") == Line(text="don't make it warmer")
    assert understood("photo.png warmer") == Line(text="warmer", pictures=("photo.png",))
    assert understood(f"'{spaced}'") == Line(pictures=(str(spaced),))
    assert understood(str(spaced).replace(" ", "\\ ")) == Line(pictures=(str(spaced),))
    assert understood(spaced.as_uri()) == Line(pictures=(str(spaced),))
    assert understood("the nowhere.png is gone") == Line(text="the nowhere.png is gone")
