"""Judges by their addresses."""

import pytest

from editloop.evals.judges.at import judge_at
from editloop.memory import SettingsError


def test_an_address_says_who_and_what_it_costs() -> None:
    chosen = judge_at("http://gpu:8000/v1?model=q&version=2&price_in=2&price_out=8&at_once=32")
    judge = chosen.judge
    assert (judge.url, judge.name, judge.version) == ("http://gpu:8000/v1", "q", "2")
    assert judge.price.of(1_000_000, 500_000) == 6.0
    assert (chosen.at_once, chosen.tries) == (32, 7)


def test_a_name_of_ones_own_and_a_bare_host_are_addresses_too() -> None:
    chosen = judge_at("house", {"house": "http://gpu:8000?model=q"})
    assert chosen.judge.url == "http://gpu:8000/v1"


def test_a_key_is_named_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "secret")
    chosen = judge_at("http://gpu/v1?model=q&token_env=MY_KEY")
    assert chosen.judge.key == "secret"
    assert "secret" not in repr(chosen) + chosen.shown


def test_another_temperature_is_another_judge_to_the_record() -> None:
    warm = judge_at("http://gpu/v1?model=q&version=2&temperature=0.7").judge
    assert (warm.temperature, warm.version) == (0.7, "2 temperature=0.7")
    cold = judge_at("http://gpu/v1?model=q&temperature=0").judge
    assert (cold.temperature, cold.version) == (0.0, "temperature=0")
    assert judge_at("http://gpu/v1?model=q").judge.temperature is None


@pytest.mark.parametrize(
    "address",
    [
        "http://gpu/v1",
        "retouch",
        "http://a/v1?model=q,http://b/v1?model=q",
        "http://a?model=q&x=1",
        "http://a?model=q&temperature=hot",
    ],
)
def test_what_is_no_judge_is_refused(address: str) -> None:
    with pytest.raises(SettingsError):
        judge_at(address)


def test_openai_wants_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        judge_at("openai:gpt-4.1")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert judge_at("openai:gpt-4.1").judge.name == "gpt-4.1"
