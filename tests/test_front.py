"""The front: public names, loaded when they are asked for."""

import subprocess
import sys

import pytest

import editloop

HEAVY = (
    "torch",
    "diffusers",
    "pydantic_ai",
    "mcp",
    "sqlalchemy",
    "sqlmodel",
    "numpy",
    "PIL",
    "openai",
)


def loaded_by(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=300
    )
    return set(done.stdout.split()) & set(HEAVY)


def test_every_public_name_can_be_loaded() -> None:
    missing = [name for name in editloop.__all__ if getattr(editloop, name, None) is None]
    assert missing == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'Nonsense'"):
        editloop.Nonsense  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    "module",
    ["editloop", "editloop.memory", "editloop.tools", "editloop.policies", "editloop.agent"],
)
def test_the_light_packages_load_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}") == set()


def test_an_edit_with_the_embedded_engines_loads_no_model_library() -> None:
    heavy = loaded_by(
        "import editloop.agent.wiring, editloop.tools.retouch.editor, editloop.policies.measured"
    )
    assert heavy.isdisjoint({"torch", "diffusers", "pydantic_ai", "mcp", "openai"})
