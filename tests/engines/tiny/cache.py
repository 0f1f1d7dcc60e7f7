"""The trained models, made once and kept: `model("thinker")` is a folder that can be loaded.

A folder is named by everything that it is made of, so a change of the recipe makes it anew. Weights
are the same on the same machine with the same packages; another CPU may round otherwise.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).resolve().parent
HOME = "EDITLOOP_ENGINES_CACHE"
"""The variable that names another folder than `.engines-cache` at the root of the checkout."""

RECIPES: Mapping[str, tuple[str, ...]] = {
    "editor": ("editor.py", "editor_words.py", "world.py"),
    "thinker": ("thinker.py", "teacher.py", "template.txt", "editor_words.py", "world.py"),
}
"""What each model is made of: its module, which has `build(folder)`, and what that reads."""

EDITING: Mapping[str, float] = {"steps": 10, "guidance": 1.5, "image_guidance_scale": 1.0}
"""What the editor is called with. More guidance leads it out of the colours that it knows: with the
7.5 of the large model its yellow circles have white rings."""

_PACKAGES = ("diffusers", "tokenizers", "torch", "transformers")


def model(name: str) -> Path:
    """Return the folder of a trained model; train it first, for minutes, if it is not there."""
    folder = _home() / f"{name}-{_digest(name)}"
    with _alone(folder):
        if not folder.is_dir():
            _build(name, folder)

    return folder


def _build(name: str, folder: Path) -> None:
    """Train beside the folder and move the whole into its place."""
    print(f"{name}: training (minutes, once)", flush=True)
    began = perf_counter()
    building = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder.parent))
    try:
        import_module(f".{name}", __package__).build(building)
        building.chmod(0o755)
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    print(f"{name}: trained in {perf_counter() - began:.0f} s", flush=True)


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Wait until no other process makes this folder; the lock goes with the process."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _home() -> Path:
    given = os.environ.get(HOME)
    return Path(given) if given else HERE.parents[2] / ".engines-cache"


def _digest(name: str) -> str:
    read = [(HERE / file).read_bytes() for file in RECIPES[name]]
    packages = [f"{package}=={version(package)}".encode() for package in _PACKAGES]
    return hashlib.sha256(b"\0".join([*read, *packages])).hexdigest()[:12]
