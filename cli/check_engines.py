"""What `doctor` says of engines: servers, extras, the template, the accelerator."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping

import anyio

from ..agent import Choices
from ..agent.addresses import Address
from ..agent.opening import expanded
from ..memory import EditloopError
from .extras import EXTRAS, VLLM, found, install, missing
from .found import Finding, State
from .reach import Reached, reached

_TORCH_SECONDS = 60
_ASK_TORCH = """
import json, torch
names = [torch.cuda.get_device_name(n) for n in range(torch.cuda.device_count())]
free = [torch.cuda.mem_get_info(n) for n in range(torch.cuda.device_count())]
print(json.dumps({"torch": torch.__version__, "names": names, "memory": free}))
"""


def engines(choices: Choices, *, gpu: bool) -> Iterator[Finding]:
    """Look at what the engines stand on."""
    yield from _servers(choices)
    yield _extras()
    yield _template(choices)
    if gpu:
        yield _accelerator()


def _servers(choices: Choices) -> Iterator[Finding]:
    """A server that a setting uses must answer; one that only has a name should."""
    settings = choices.settings
    used = {"editor": settings.editor, "thinker": settings.thinker, "first": settings.first}
    for what, texts, state in (
        *((what, {what: text}, "FAIL") for what, text in used.items()),
        ("backend", settings.backends, "note"),
    ):
        addresses = list(_urls(texts, settings.backends))
        for each in anyio.run(reached, addresses) if addresses else ():
            yield _server(what, each, "FAIL" if state == "FAIL" else "note")


def _urls(texts: Mapping[str, str], backends: Mapping[str, str]) -> Iterator[Address]:
    for text in texts.values():
        try:
            yield from (address for address in expanded(text, backends) if address.is_url)
        except EditloopError:  # told where the engine is looked at
            continue


def _server(what: str, reached: Reached, worse: State) -> Finding:
    if not reached.reachable:
        detail = f"{reached.address} cannot be reached: {reached.detail}"
        return Finding(what, worse, detail, "start it, or name another")
    if reached.ready is False:
        return Finding(what, worse, f"{reached.address}: {reached.detail}", "editloop backend test")

    models = f", models {', '.join(reached.models)}" if reached.models else ""
    told = f"{reached.address} answered in {reached.seconds:.2f} s{models}; {reached.detail}"
    return Finding(what, "ok", told)


def _extras() -> Finding:
    have = [f"{name} ({_versions(name)})" for name in EXTRAS if not missing(name)]
    lacking = [name for name in EXTRAS if missing(name)]
    if vllm := found(VLLM):
        have.append(f"vllm {vllm}")
    parts = [f"installed {', '.join(have)}"] if have else []
    parts += [f"not installed {', '.join(lacking)}: {install('NAME')}"] if lacking else []
    return Finding("extras", "ok", "; ".join(parts))


def _versions(extra: str) -> str:
    return ", ".join(f"{name} {found(name)}" for name in EXTRAS[extra][:2])


def _template(choices: Choices) -> Finding:
    from ..policies.editthinker.template import chosen

    fetch = "editloop thinker template fetch"
    try:
        template = chosen()
    except EditloopError as error:
        return Finding("template", "FAIL", str(error), fetch)

    shown = f"{template.name}, SHA-256 {template.digest[:12]}…"
    ours = template.name != "official"
    if ours and "editthinker+" in choices.settings.thinker:
        return Finding("template", "note", f"{shown}: not what EditThinker was trained on", fetch)

    return Finding("template", "ok", shown)


def _accelerator() -> Finding:
    """Ask torch in a process of its own: loading it takes seconds, and may fail in odd ways."""
    if found("torch") is None:
        return Finding("gpu", "note", "torch is not installed", install("diffusers"))

    try:
        asked = subprocess.run(
            [sys.executable, "-c", _ASK_TORCH],
            capture_output=True,
            text=True,
            timeout=_TORCH_SECONDS,
            check=True,
        )
        said = json.loads(asked.stdout)
    except (subprocess.SubprocessError, ValueError, OSError) as error:
        return Finding("gpu", "note", f"torch cannot be asked: {type(error).__name__}")

    if not said["names"]:
        return Finding("gpu", "note", f"torch {said['torch']} sees none; engines run on the CPU")

    pairs = zip(said["names"], said["memory"], strict=True)
    each = [f"{name}, {free / 1e9:.0f} of {all_ / 1e9:.0f} GB free" for name, (free, all_) in pairs]
    return Finding("gpu", "ok", f"torch {said['torch']}: {'; '.join(each)}")
