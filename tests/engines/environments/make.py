"""Make a virtual environment with real engines: `python3 make.py engines` or `python3 make.py omni`.

Run it as often as you like: it does what is missing. It needs nothing but Python, and Linux on x86-64.
"""

import argparse
import hashlib
import platform
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
NO_CPU_TORCH = (
    "pip found no torch==2.13.0+cpu, or a step after it failed (see above). The CPU build lies in "
    "PyTorch's own index of wheels: name that index in PIP_EXTRA_INDEX_URL, or a folder that holds "
    "the wheel in PIP_FIND_LINKS."
)


@dataclass(frozen=True)
class Recipe:
    """What one environment is made of; the file names are those of this folder."""

    folder: str
    exact: str
    """Every distribution with its version; installed without resolving."""

    hashed: str
    """What comes from a third party, with version and SHA-256."""

    alias: tuple[str, str]
    """Name and version under which vLLM looks itself up; the third party named it otherwise."""

    patches: tuple[str, ...]
    """Modules that every interpreter of the environment loads at its start."""

    plugins: tuple[str, ...] = ()
    """Modules that vLLM-Omni finds as platforms."""

    extras: str = ""
    """Extras of editloop itself, which is installed editable; none: not installed at all."""

    def digest(self) -> str:
        """Changes with anything that the environment is made of."""
        names = (self.exact, self.hashed, *(f"{n}.py" for n in self.patches + self.plugins))
        return _digest(Path(__file__), *(HERE / name for name in names))


RECIPES = {
    "engines": Recipe(
        folder=".engines",
        exact="engines.txt",
        hashed="engines-vllm.txt",
        alias=("vllm", "0.32.0+cpu"),
        patches=("torchvision_on_cpu",),
        extras="diffusers,evals,otel,ray,server",
    ),
    "omni": Recipe(
        folder=".engines-omni",
        exact="omni.txt",
        hashed="omni-vllm.txt",
        alias=("vllm", "0.30.0+cpu"),
        patches=("torchvision_on_cpu", "omni_stubs"),
        plugins=("omni_platform",),
    ),
}


class Environment:
    """A virtual environment that is being made."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.folder = ROOT / recipe.folder
        self.python = self.folder / "bin" / "python"

    def complete(self) -> None:
        """Do what is missing; a stamp per part says what is there."""
        if not (self.folder / "bin" / "pip").exists():
            venv.create(self.folder, with_pip=True)
        self._once("engines", self.recipe.digest(), self._install_engines)
        if self.recipe.extras:
            digest = _digest(Path(__file__), ROOT / "pyproject.toml", HERE / self.recipe.exact)
            self._once("editloop", digest, self._install_editloop)

    def _once(self, part: str, digest: str, install: Callable[[], None]) -> None:
        stamp = self.folder / f".{part}"
        if stamp.exists() and stamp.read_text() == digest:
            return
        print(f"installing {part} into {self.recipe.folder} (minutes, once)", flush=True)
        install()
        stamp.write_text(digest)

    def _install_engines(self) -> None:
        recipe = self.recipe
        self._pip("--no-deps", "--requirement", str(HERE / recipe.exact))
        self._pip("--no-deps", "--require-hashes", "--requirement", str(HERE / recipe.hashed))
        site = self._site()
        for name in recipe.patches + recipe.plugins:
            shutil.copyfile(HERE / f"{name}.py", site / f"{name}.py")
        for name in recipe.patches:
            (site / f"{name}.pth").write_text(f"import {name}; {name}.activate()\n")
        _distribution(site, *recipe.alias)
        if recipe.plugins:
            points = "".join(f"{name} = {name}:plugin\n" for name in recipe.plugins)
            made = _distribution(site, "editloop-platforms", "0")
            (made / "entry_points.txt").write_text(f"[vllm_omni.platform_plugins]\n{points}")

    def _install_editloop(self) -> None:
        self._pip(
            "--constraint",
            str(HERE / self.recipe.exact),
            "--editable",
            f"{ROOT}[{self.recipe.extras}]",
        )

    def _pip(self, *arguments: str) -> None:
        command = [self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if subprocess.run([*command, *arguments], check=False).returncode != 0:
            sys.exit(NO_CPU_TORCH)

    def _site(self) -> Path:
        code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
        command = [self.python, "-c", code]
        return Path(subprocess.check_output(command, text=True).strip())


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _distribution(site: Path, name: str, version: str) -> Path:
    """Make a name known to importlib.metadata."""
    made = site / f"{name.replace('-', '_')}-{version}.dist-info"
    made.mkdir(exist_ok=True)
    (made / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    return made


def main() -> None:
    """Complete the named environment."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        sys.exit("the engines' environments exist for Linux on x86-64 only")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environment", choices=sorted(RECIPES))
    Environment(RECIPES[parser.parse_args().environment]).complete()


if __name__ == "__main__":
    main()
