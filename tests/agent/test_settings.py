"""Where a choice comes from."""

from pathlib import Path

import pytest

from editloop.agent import load
from editloop.agent.settings import masked
from editloop.memory import SettingsError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without any configuration, in an empty folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("EDITLOOP_TURNS", "EDITLOOP_STORE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_stronger_source_wins_and_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = home / "config" / "editloop"
    config.mkdir(parents=True)
    seen: list[tuple[int, str]] = []

    def look(**flags: int) -> None:
        choices = load(dict(flags))
        seen.append((choices.settings.turns, choices.origins["turns"]))

    look()
    (config / "config.toml").write_text("turns = 2\n", encoding="utf-8")
    look()
    (home / "editloop.toml").write_text("turns = 3\n", encoding="utf-8")
    look()
    (home / ".env").write_text("EDITLOOP_TURNS=4\nOTHER=1\n", encoding="utf-8")
    look()
    monkeypatch.setenv("EDITLOOP_TURNS", "6")
    look()
    look(turns=7)
    assert seen == [
        (5, "default"),
        (2, str(config / "config.toml")),
        (3, str(home / "editloop.toml")),
        (4, str(home / ".env")),
        (6, "the environment"),
        (7, "a flag"),
    ]


def test_pyproject_has_a_table_of_its_own(home: Path) -> None:
    text = "[project]\nname = 'x'\n[tool.editloop]\nturns = 9\n"
    (home / "pyproject.toml").write_text(text, encoding="utf-8")
    assert load().settings.turns == 9


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("turns = 0", "'turns' to 0"),
        ("tunrs = 3", "'tunrs', which is no setting"),
        ("turns = ", "no valid TOML"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(home: Path, text: str, says: str) -> None:
    (home / "editloop.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=says) as caught:
        load()
    assert "editloop.toml" in str(caught.value)


def test_a_wrong_variable_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITLOOP_TURNS", "many")
    with pytest.raises(SettingsError, match="environment sets 'turns' to 'many'"):
        load()


def test_a_named_configuration_file_must_exist(home: Path) -> None:
    with pytest.raises(SettingsError, match="no configuration file"):
        load(config=home / "none.toml")


def test_pictures_lie_beside_the_database(home: Path) -> None:
    settings = load({"store": f"sqlite:///{home}/deep/my.db"}).settings
    assert settings.images_folder == home / "deep" / "images"


def test_a_password_is_masked_in_the_snapshot(home: Path) -> None:
    choices = load({"store": "postgresql://me:secret@host/db"})
    assert choices.snapshot()["store"] == "postgresql://me:***@host/db"
    assert masked("sqlite:///a/b.db") == "sqlite:///a/b.db"
