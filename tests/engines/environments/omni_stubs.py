"""Empty stand-ins for modules that vLLM-Omni imports for speech and CUDA, and that editing never calls.

They come last: a real module of the name is found first. The environment's interpreters call
`activate()` when they start.
"""

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

NAMES = frozenset(
    {
        "torchaudio",
        "fa3_fwd",
        "kernels",
        "whisper",
        "s3tokenizer",
        "cosmos_guardrail",
        "onnxruntime",
    }
)


def activate() -> None:
    """Find an empty module under each of the names."""
    sys.meta_path.append(_Finder())


class _Stub(ModuleType):
    """Has every attribute: a class that takes anything and does nothing."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (_Anything,), {})


class _Anything:
    def __init__(self, *_: object, **__: object) -> None:
        pass


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.split(".")[0] not in NAMES:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        stub = _Stub(spec.name)
        stub.__path__ = []
        return stub

    def exec_module(self, module: ModuleType) -> None:
        pass
