"""The root of the repository is the package; these guards keep it so."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = {"tests", "docs", "benchmarks", "build", "dist"}


def declared() -> set[str]:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return set(pyproject["tool"]["setuptools"]["packages"])


def folders_with_code() -> set[str]:
    found = {"editloop"}
    for file in ROOT.rglob("*.py"):
        parts = file.relative_to(ROOT).parts[:-1]
        if parts and parts[0] not in OUTSIDE and not parts[0].startswith("."):
            found.add(".".join(["editloop", *parts]))
    return found


def test_every_folder_with_code_is_a_declared_package_and_nothing_else_is() -> None:
    assert folders_with_code() == declared()


def test_the_root_holds_no_module_but_the_two_doors() -> None:
    assert {file.name for file in ROOT.glob("*.py")} == {"__init__.py", "__main__.py"}


def test_the_view_for_type_checkers_shows_the_doors_and_the_top_folders() -> None:
    top = {name.split(".")[1] for name in declared() if "." in name}
    shown = {entry.name for entry in (ROOT / ".typing" / "editloop").iterdir()}
    assert shown == {"__init__.py", "__main__.py", "py.typed", *top}


@pytest.mark.parametrize("name", ["agent", "tools", "policies", "memory", "evals", "cli", "tests"])
def test_no_generic_name_is_put_into_the_environment(name: str, tmp_path: Path) -> None:
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({name!r}) is not None)"
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0


def test_the_package_is_loaded_once_under_one_name(tmp_path: Path) -> None:
    code = (
        "import sys, editloop.agent.agent;"
        "twice = [n for n in sys.modules if n.endswith('agent.agent')];"
        "sys.exit(twice != ['editloop.agent.agent'])"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0


def test_no_source_file_is_longer_than_300_lines_and_no_test_longer_than_400() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in ROOT.rglob("*.py")
        if not file.relative_to(ROOT).parts[0].startswith(".")
        and (lines := len(file.read_text(encoding="utf-8").splitlines()))
        > (400 if "tests" in file.relative_to(ROOT).parts else 300)
    }
    assert long == {}
