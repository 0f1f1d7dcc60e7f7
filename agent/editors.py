"""The kinds of editors that an address can name, and how each is made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ..memory import SettingsError
from ..tools import Abilities, Editor
from .addresses import Address
from .options import Options


@dataclass(frozen=True, slots=True)
class EditorKind:
    """One kind of editor."""

    make: Callable[[Address, Options, float], Editor]
    """`float` is what one edit is expected to cost, in US dollars."""

    what: str
    """For a list."""

    example: str
    extra: str = ""
    """The extra of editloop that it needs, if any."""

    places: int = 2
    """Edits that one of them is given at once: one that it works on, one that is on its way."""


def made(address: Address, *, cost: float = 0.0) -> Editor:
    """Make an editor; nothing is sent and nothing is loaded yet.

    Raises:
        SettingsError: no such kind, an option it does not have, a missing key, file or package.
    """
    kind = EDITORS.get(address.kind) or (_HOSTED if address.place and address.kind else None)
    if kind is None:
        known = ", ".join(EDITORS)
        raise SettingsError(
            f"there is no editor {address.shown!r}; there is {known}, or a hosted one such as "
            f"{_HOSTED.example}"
        )

    options = Options(address)
    options.whole("bound")  # read by the pool
    options.yes("probe")
    editor = kind.make(address, options, options.number("cost", cost))
    options.done()
    return editor


def _retouch(address: Address, options: Options, cost: float) -> Editor:
    from ..tools.retouch.editor import Retouch

    if address.place:
        raise SettingsError(f"retouch is built in and has no address, as in {address.shown!r}")

    return Retouch()


def _hosted(address: Address, options: Options, cost: float) -> Editor:
    from ..tools.hosted import HOSTED, HostedEditor

    abilities = replace(HOSTED, cost=cost, seed=options.yes("seed"), mask=options.yes("mask"))
    return HostedEditor(f"{address.kind}:{address.place}", abilities=abilities)


def _editthinker(address: Address, options: Options, cost: float) -> Editor:
    from ..tools.remote.editthinker_service import EditThinkerService

    preset = options.text("preset", "plain")
    upload = options.text("send", "json") == "upload"
    name = options.text("name") or host(address)
    headers = _bearer(options.token())
    return EditThinkerService(
        address.place.removesuffix("/edit"),
        preset,
        knobs=options.rest(),
        send="upload" if upload else "json",
        name=name,
        headers=headers,
    )


def _images(address: Address, options: Options, cost: float) -> Editor:
    from ..tools.remote.openai_images import OpenAIImages

    editor = OpenAIImages(
        _root(address.place),
        options.text("model"),
        options.text("dialect", "plain"),
        token=options.token(),
        size=options.text("size"),
        name=options.text("name") or host(address),
        knobs=options.rest(),
    )
    editor.abilities = replace(editor.abilities, cost=cost)
    return editor


def _comfyui(address: Address, options: Options, cost: float) -> Editor:
    from ..tools.remote.comfyui import ComfyUI
    from ..tools.remote.comfyui_workflow import Workflow

    template = options.text("workflow")
    if not template:
        raise SettingsError(f"{address.shown!r} needs a template: add ?workflow=FILE.json")

    slots = {name: _slot(value) for name in _SLOTS if (value := options.text(name))}
    workflow = Workflow.read(Path(template).expanduser(), answer=options.text("answer"), **slots)
    name = options.text("name") or host(address)
    return ComfyUI(address.place, workflow, name=name, headers=_bearer(options.token()))


def _fal(address: Address, options: Options, cost: float) -> Editor:
    from ..tools.remote.fal import Fal

    abilities = Abilities(seed=True, cost=cost)
    return Fal(address.place, options.token("FAL_KEY"), abilities=abilities, knobs=options.rest())


def _huggingface(address: Address, options: Options, cost: float) -> Editor:
    from ..tools.remote.huggingface import HuggingFaceImages

    key = options.token("HF_TOKEN")
    url = address.place if address.is_url else f"{_HF}/{address.place}"
    knobs = {n: v for n, v in options.rest().items() if not isinstance(v, bool)}
    return HuggingFaceImages(url, key, knobs=knobs, abilities=Abilities(cost=cost))


def _mcp(address: Address, options: Options, cost: float) -> Editor:
    from ..tools.mcp import Command, Endpoint, MCPEditor
    from ..tools.mcp.plan import Wanted
    from ..tools.mcp.schema import FORMS

    place = (
        Endpoint(address.place, options.token())
        if address.is_url
        else Command.read(address.place, _listed(options.text("env")))
    )
    named = {each: options.text(each) for each in ("image", "instruction", "mask", "seed")}
    tool, upload, name = (options.text(each) for each in ("tool", "upload", "name"))
    folder = str(Path(options.text("folder")).expanduser()) if options.has("folder") else ""
    allowed, seconds = _listed(options.text("allow")), options.number("seconds", 600.0)
    return MCPEditor(
        place,
        tool,
        Wanted(
            **named,
            saved=options.text("output"),
            form=options.choice("as", FORMS),
            arguments=options.rest(),
        ),
        upload=upload,
        folder=folder,
        allowed=allowed,
        seconds=seconds,
        name=name,
        cost=cost,
    )


def _diffusers(address: Address, options: Options, cost: float) -> Editor:
    from ..tools.diffusers import DiffusersEditor

    loras = options.text("lora")
    return DiffusersEditor(
        address.place,
        model=options.text("model") or None,
        device=options.text("device", "auto"),
        dtype=options.text("dtype", "auto"),
        offload=options.text("offload", "none"),
        quantisation=options.text("quantisation") or None,
        compile=options.yes("compile"),
        loras=tuple(loras.split("|")) if loras else (),
        batch=options.whole("batch", 1) or 1,
        parameters=options.rest(),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


_SLOTS = ("image", "instruction", "seed", "mask")
_HF = "https://router.huggingface.co/hf-inference/models"


def _slot(value: str) -> tuple[str, str]:
    node, _, name = value.partition(".")
    return node, name


def _root(url: str) -> str:
    """The part before `/images/edits`; `/v1` unless another is given."""
    url = url.removesuffix("/images/edits")
    return url if url.partition("://")[2].count("/") else f"{url}/v1"


def host(address: Address) -> str:
    """`gpu-1:8005`: what tells replicas apart."""
    return address.place.partition("://")[2].rpartition("@")[2].partition("/")[0]


def _bearer(token: str) -> dict[str, str] | None:
    return {"Authorization": f"Bearer {token}"} if token else None


_HOSTED = EditorKind(_hosted, "an image model of pydantic-ai", "openai:gpt-image-2")

EDITORS: dict[str, EditorKind] = {
    "retouch": EditorKind(_retouch, "photo operations, built in", "retouch"),
    "diffusers": EditorKind(
        _diffusers, "a pipeline in this process", "diffusers:flux-kontext", "diffusers"
    ),
    "editthinker": EditorKind(
        _editthinker,
        "an edit service of EditThinker's protocol",
        "editthinker+http://HOST:8005?preset=flux-kontext",
    ),
    "images": EditorKind(
        _images, "any server of /v1/images/edits", "images+http://HOST:8000/v1?model=NAME"
    ),
    "comfyui": EditorKind(
        _comfyui, "a workflow of ComfyUI", "comfyui+http://HOST:8188?workflow=FILE.json"
    ),
    "fal": EditorKind(_fal, "a model in the queue of fal", "fal:fal-ai/flux-pro/kontext"),
    "hf": EditorKind(_huggingface, "image-to-image of Hugging Face", "hf:OWNER/MODEL"),
    "mcp": EditorKind(_mcp, "a tool of an MCP server", "mcp+https://HOST/mcp?tool=NAME", "mcp"),
}
"""By the kind of the address; `provider:model` of any other provider is hosted."""
