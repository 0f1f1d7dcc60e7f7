"""A ComfyUI workflow as a template: a graph of nodes, and the places that an edit fills in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self, cast

from ...memory import SettingsError

Graph = Mapping[str, Mapping[str, Any]]


class Slot(NamedTuple):
    """One input of one node."""

    node: str
    """The node's id: a key of the template."""

    input: str


_IMAGES = {"LoadImage": "image"}
_MASKS = {"LoadImageMask": "image"}
_TEXTS = {
    "CLIPTextEncode": "text",
    "TextEncodeQwenImageEdit": "prompt",
    "TextEncodeQwenImageEditPlus": "prompt",
}
_SEEDS = {
    "KSampler": "seed",
    "KSamplerAdvanced": "noise_seed",
    "SamplerCustom": "noise_seed",
    "RandomNoise": "noise_seed",
}


@dataclass(frozen=True, slots=True)
class Workflow:
    """A template whose slots are known; make one with `of` or `read`."""

    graph: Graph
    image: Slot
    instruction: Slot
    seed: Slot | None = None
    mask: Slot | None = None
    answer: str = ""
    """The node whose picture is the edit; empty where only a run can show which makes one."""

    @classmethod
    def of(
        cls,
        template: Mapping[str, object],
        *,
        image: tuple[str, str] | None = None,
        instruction: tuple[str, str] | None = None,
        seed: tuple[str, str] | None = None,
        mask: tuple[str, str] | None = None,
        answer: str = "",
    ) -> Self:
        """Find the slots of a template in API format; each may be given as (node, input).

        What is not given is found by the class of its node: `LoadImage`, `CLIPTextEncode` or the
        encoders of Qwen-Image-Edit, the samplers with a seed, `LoadImageMask` and `SaveImage`. The
        image and the instruction must be found, seed and mask need not.

        Raises:
            SettingsError: not in API format, a slot that is not there or is fed by another node,
                or several nodes that may be meant.
        """
        graph = _graph(template)
        found = cls(
            graph=graph,
            image=_slot(graph, "image", image, _IMAGES, needed=True),
            instruction=_slot(graph, "instruction", instruction, _TEXTS, needed=True),
            seed=_slot(graph, "seed", seed, _SEEDS),
            mask=_slot(graph, "mask", mask, _MASKS),
            answer=_answer(graph, answer),
        )
        _check_mask(graph, found.mask)
        return found

    @classmethod
    def read(cls, path: Path, **slots: Any) -> Self:
        """Read a template from a file; `slots` are those of `of`. Blocks.

        Raises:
            SettingsError: the file cannot be read, or as in `of`.
        """
        try:
            template: object = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise SettingsError(f"the workflow {str(path)!r} cannot be read: {error}") from error

        if not isinstance(template, dict):
            raise SettingsError(f"the workflow {str(path)!r} is no JSON object: {_EXPORT}")

        return cls.of(cast("dict[str, object]", template), **slots)

    def filled(self, values: Mapping[Slot, str | int]) -> dict[str, Any]:
        """Return the graph with these values in their slots; the template stays as it is."""
        graph: dict[str, Any] = dict(self.graph)
        for slot, value in values.items():
            node = graph[slot.node]
            graph[slot.node] = {**node, "inputs": {**node["inputs"], slot.input: value}}

        return graph


_EXPORT = "export it from ComfyUI with 'Export (API)'"


def _graph(template: Mapping[str, object]) -> Graph:
    if isinstance(template.get("nodes"), list):
        raise SettingsError(f"this workflow is in the format of the canvas: {_EXPORT}")

    nodes = {name: cast("dict[str, Any]", each) for name, each in template.items() if _node(each)}
    strange = [name for name in template if name not in nodes]
    if strange or not nodes:
        what = f"{strange[0]!r} is no node" if strange else "it is empty"
        raise SettingsError(f"this is no workflow in API format, {what}: {_EXPORT}")

    return nodes


def _node(found: object) -> bool:
    if not isinstance(found, dict):
        return False

    node = cast("dict[str, object]", found)
    return isinstance(node.get("class_type"), str) and isinstance(node.get("inputs"), dict)


def _slot(
    graph: Graph,
    what: str,
    given: tuple[str, str] | None,
    classes: Mapping[str, str],
    *,
    needed: bool = False,
) -> Any:
    """The slot that was given, or the only one of these classes; None where there is none."""
    if given is not None:
        return _given(graph, what, Slot(*given))

    slots = [Slot(name, classes[kind]) for name, kind in _classes(graph) if kind in classes]
    free = [slot for slot in slots if not _fed(graph[slot.node]["inputs"].get(slot.input))]
    if len(free) > 1:
        raise SettingsError(
            f"several nodes may take the {what}: {_named(graph, [slot.node for slot in free])}; "
            f"say which as {what}=(node, input)"
        )

    if needed and not free:
        raise SettingsError(
            f"no node takes the {what} ({', '.join(classes)}): give it as {what}=(node, input)"
        )

    return free[0] if free else None


def _given(graph: Graph, what: str, slot: Slot) -> Slot:
    if slot.node not in graph:
        raise SettingsError(f"{what}: the workflow has no node {slot.node!r}: {', '.join(graph)}")

    inputs = graph[slot.node]["inputs"]
    if slot.input not in inputs:
        raise SettingsError(
            f"{what}: node {slot.node!r} has no input {slot.input!r}: {', '.join(inputs)}"
        )

    if _fed(inputs[slot.input]):
        raise SettingsError(
            f"{what}: {slot.input!r} of node {slot.node!r} is fed by node "
            f"{inputs[slot.input][0]!r}; name an input of that one"
        )

    return slot


def _answer(graph: Graph, given: str) -> str:
    if given and given not in graph:
        raise SettingsError(f"answer: the workflow has no node {given!r}: {', '.join(graph)}")

    if given:
        return given

    saving = [name for name, kind in _classes(graph) if kind == "SaveImage"]
    if len(saving) > 1:
        raise SettingsError(
            f"several nodes save a picture: {_named(graph, saving)}; say which as answer=node"
        )

    return saving[0] if saving else ""


def _check_mask(graph: Graph, slot: Slot | None) -> None:
    """A mask is white where painting is allowed, and its transparency says nothing."""
    if slot and graph[slot.node]["inputs"].get("channel") == "alpha":
        raise SettingsError(
            f"mask: node {slot.node!r} reads the alpha channel, which a mask here has not: "
            "set its channel to red"
        )


def _classes(graph: Graph) -> list[tuple[str, str]]:
    return [(name, str(node["class_type"])) for name, node in graph.items()]


def _fed(value: object) -> bool:
    """Whether an input is a link to another node's output: `[node, number]`."""
    return isinstance(value, list)


def _named(graph: Graph, names: Sequence[str]) -> str:
    """The nodes with what their author called them."""
    titles = [graph[name].get("_meta", {}).get("title") for name in names]
    return ", ".join(
        f"{name!r} ({title})" if title else repr(name)
        for name, title in zip(names, titles, strict=True)
    )
