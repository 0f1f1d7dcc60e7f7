"""What is said of models of pydantic-ai that cannot be used."""

import pytest
from pydantic_ai.exceptions import UserError
from pydantic_ai.models import infer_model

from editloop.tools.unusable import unusable


@pytest.mark.parametrize(
    ("model", "variable"), [("openai:x", "OPENAI_API_KEY"), ("google:x", "GOOGLE_API_KEY")]
)
def test_a_missing_key_is_told_by_the_name_of_its_variable(
    model: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in ("OPENAI_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(each, raising=False)
    with pytest.raises(UserError) as refused:
        infer_model(model)
    assert unusable(refused.value) == f"it needs a key; set {variable}"


def test_anything_else_is_told_in_the_librarys_words() -> None:
    assert unusable(ValueError("Unknown provider: nope")) == "Unknown provider: nope"
    assert unusable(UserError("No. To try Pydantic AI without an API key, use …")) == "No."
