"""The tokens file: whose token it is, and what is said of a wrong one."""

from pathlib import Path

import pytest

from editloop.memory import SettingsError
from editloop.server.guard import digest
from editloop.server.principals import LOCAL, Principal
from editloop.server.tokens import one_token, read_tokens

SECRET = "correct-horse"
HASH = digest("sesame")


def _file(folder: Path, text: str) -> Path:
    path = folder / "tokens.toml"
    path.write_text(text)
    return path


def test_a_file_names_principals_and_their_share(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        f"""
        [principals.alice]
        token_sha256 = "{HASH}"
        runs_per_minute = 10
        runs_at_once = 2
        cost_per_day = 1.5
        [principals."ops@example"]
        token_env = "OPS"
        sees_all = true
        """,
    )
    alice = Principal(name="alice", runs_per_minute=10, runs_at_once=2, cost_per_day=1.5)
    ops = Principal(name="ops@example", sees_all=True)
    assert read_tokens(path, {"OPS": f"{SECRET}\n"}) == {HASH: alice, digest(SECRET): ops}


def test_one_token_is_the_person_at_the_machine_and_an_empty_one_is_none() -> None:
    assert one_token("sesame") == {HASH: LOCAL}
    assert one_token("") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"token = '{SECRET}", "no TOML"),
        (f"[principals.a]\ntoken = '{SECRET}'", "token"),
        (f"[principals.a]\ntoken_sha256 = '{SECRET}'", "token_sha256"),
        (f"[principals.a]\ntoken_env = '{SECRET}!'", "token_env"),
        ("[principals.a]", "one of the two"),
        (f"[principals.a]\ntoken_env = 'A'\ntoken_sha256 = '{HASH}'", "one of the two"),
        ("[principals.a]\ntoken_env = 'UNSET'", "UNSET is not set"),
        ("[principals.a]\ntoken_env = 'EMPTY'", "EMPTY is not set"),
        (f"[principals.a]\ntoken_sha256 = '{HASH}'\nruns_per_minute = -1", "runs_per_minute"),
        (f"[principals.a]\ntoken_sha256 = '{HASH}'\ncost_per_day = inf", "cost_per_day"),
        (f"[principals.a]\ntoken_sha256 = '{HASH}'\nsees_all = 'yes'", "sees_all"),
        (f"[principals.nobody]\ntoken_sha256 = '{HASH}'", "choose a name"),
        (f"[principals.'a b']\ntoken_sha256 = '{HASH}'", "choose a name"),
        (f"principals.a = '{SECRET}'", "principals.a"),
        (f"token = '{SECRET}'", r"\[principals.NAME\]"),
        ("", r"\[principals.NAME\]"),
        (
            f"[principals.a]\ntoken_sha256 = '{HASH}'\n[principals.b]\ntoken_sha256 = '{HASH}'",
            "same token",
        ),
    ],
)
def test_a_wrong_file_is_refused_and_no_secret_is_repeated(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        read_tokens(_file(tmp_path, text), {"EMPTY": " "})
    assert SECRET not in str(caught.value)
    assert HASH not in str(caught.value)


def test_a_file_that_anybody_may_write_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, f"[principals.a]\ntoken_sha256 = '{HASH}'")
    for mode, open_to_all in ((0o640, False), (0o664, False), (0o646, True), (0o666, True)):
        path.chmod(mode)
        if open_to_all:
            with pytest.raises(SettingsError, match="by anybody"):
                read_tokens(path, {})
        else:
            assert read_tokens(path, {})


def test_a_file_that_is_missing_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_tokens(tmp_path / "none.toml", {})
    path = tmp_path / "tokens.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="no TOML"):
        read_tokens(path, {})
