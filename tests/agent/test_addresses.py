"""What the text of an address means."""

from pathlib import Path

import pytest

from editloop.agent import Settings, editors, load, thinkers
from editloop.agent.addresses import Address, masked, parse
from editloop.agent.opening import editor_places, expanded, planned_editor, thinker_places
from editloop.agent.options import Options
from editloop.memory import SettingsError


@pytest.mark.parametrize(
    ("text", "kind", "place", "options"),
    [
        ("retouch", "retouch", "", {}),
        ("openai:gpt-image-2", "openai", "gpt-image-2", {}),
        (
            "fal:fal-ai/flux-pro/kontext?cost=0.04",
            "fal",
            "fal-ai/flux-pro/kontext",
            {"cost": "0.04"},
        ),
        ("http://gpu:8005", "", "http://gpu:8005", {}),
        ("https://a.b/v1/?model=m", "", "https://a.b/v1", {"model": "m"}),
        ("images+http://gpu/v1?model=a%26b", "images", "http://gpu/v1", {"model": "a&b"}),
        (
            "diffusers:kontext?model=/m/x&steps=8",
            "diffusers",
            "kontext",
            {"model": "/m/x", "steps": "8"},
        ),
    ],
)
def test_an_address_is_taken_apart(
    text: str, kind: str, place: str, options: dict[str, str]
) -> None:
    assert parse(text) == (Address(text, kind, place, options),)


def test_several_addresses_are_separated_by_commas() -> None:
    assert [a.place for a in parse("http://a:1, http://b:2")] == ["http://a:1", "http://b:2"]
    with pytest.raises(SettingsError, match="empty address"):
        parse("http://a:1,,http://b:2")


@pytest.mark.parametrize("text", ["http://", "images+http:///v1", "http://[1", "x:y?a&b"])
def test_what_cannot_be_taken_apart_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        parse(text)


def test_a_password_is_never_shown() -> None:
    text = "images+https://me:secret@gpu:8000/v1?model=x, http://gpu"
    assert masked(text) == "images+https://me:***@gpu:8000/v1?model=x, http://gpu"
    snapshot = Settings(editor=text, backends={"x": text})
    assert "secret" not in str(load({"editor": text}).snapshot())
    assert snapshot.editor == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://h/db?user=u&password=pw", "postgresql://h/db?user=u&password=***"),
        ("postgresql://u:pw@h/db?sslpassword=x", "postgresql://u:***@h/db?sslpassword=***"),
        ("images+http://h/v1?api_key=a&model=m", "images+http://h/v1?api_key=***&model=m"),
        ("a+http://h?key=a,b+http://h?TOKEN=b", "a+http://h?key=***,b+http://h?TOKEN=***"),
        ("http://h?token_env=NAME&max_tokens=9", "http://h?token_env=NAME&max_tokens=9"),
    ],
)
def test_secrets_among_the_options_are_masked_too(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_misspelt_option_is_named_with_those_that_exist() -> None:
    with pytest.raises(SettingsError, match=r"no option 'sample'; it has .*samples"):
        thinkers.made(*parse("editthinker+http://gpu?model=m&sample=3"))
    with pytest.raises(SettingsError, match="no option 'steps'"):
        editors.made(*parse("retouch?steps=3"))


@pytest.mark.parametrize(
    "text", ["retouch?bound=0", "retouch?bound=two", "retouch?cost=-1", "retouch?probe=maybe"]
)
def test_an_option_of_the_wrong_kind_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"give a|say yes or no"):
        editors.made(*parse(text))


def test_a_token_comes_from_the_variable_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "s3cret")
    (address,) = parse("images+http://gpu?model=m&token_env=MY_TOKEN")
    assert Options(address).token() == "s3cret"
    monkeypatch.delenv("MY_TOKEN")
    with pytest.raises(SettingsError, match="takes its token from MY_TOKEN, which is not set"):
        editors.made(address)


def test_options_that_nobody_knows_are_parameters_of_the_service() -> None:
    (address,) = parse("editthinker+http://gpu:1?preset=flux-kontext&num_inference_steps=20&x=1.5")
    options = Options(address)
    options.text("preset")
    assert options.rest() == {"num_inference_steps": 20, "x": 1.5}


def test_the_name_of_a_backend_stands_for_its_addresses() -> None:
    backends = {"gpus": "http://a:1,http://b:2", "again": "gpus"}
    assert [a.place for a in expanded("gpus", backends)] == ["http://a:1", "http://b:2"]
    with pytest.raises(SettingsError, match="names another backend"):
        expanded("again", backends)


def test_backends_are_read_from_the_configuration_file(tmp_path: Path) -> None:
    (tmp_path / "editloop.toml").write_text('editor = "gpus"\n[backends]\ngpus = "retouch"\n')
    settings = load(folder=tmp_path).settings
    assert planned_editor(settings.editor, settings.backends) == ("retouch", 0.0)


def test_as_many_requests_are_made_at_once_as_the_engines_take() -> None:
    assert editor_places("retouch", None) == 2
    assert editor_places("http://a?bound=3,http://b", None) == 3 + 2 + 2
    assert thinker_places("measured", None) == 2
    assert thinker_places("http://a,http://b?bound=4", None) == 32 + 4
