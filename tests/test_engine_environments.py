"""The environments of real engines are exact, and no dependency of the package."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / "tests" / "engines" / "environments"
PIN = re.compile(r"[A-Za-z0-9_.-]+==[0-9a-z.+]+")
HASHED = re.compile(PIN.pattern + r" --hash=sha256:[0-9a-f]{64}")


def lines(name: str) -> list[str]:
    text = (ENVIRONMENTS / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("name", ["engines.txt", "omni.txt"])
def test_every_distribution_has_one_exact_version(name: str) -> None:
    found = lines(name)
    assert [line for line in found if not PIN.fullmatch(line)] == []
    names = [line.partition("==")[0].lower().replace("_", "-") for line in found]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ["engines-vllm.txt", "omni-vllm.txt"])
def test_what_a_third_party_built_is_named_with_its_hash(name: str) -> None:
    assert [line for line in lines(name) if not HASHED.fullmatch(line)] == []


def test_the_package_depends_on_no_vllm() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups: list[list[str]] = [project["dependencies"], *project["optional-dependencies"].values()]
    assert [name for group in groups for name in group if name.startswith("vllm")] == []
