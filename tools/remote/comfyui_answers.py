"""What ComfyUI's answers say: faults of nodes, how a run ended, and where its pictures are."""

import json
from collections.abc import Mapping
from typing import Any, cast

from ...memory import EditorBusy, EditorError


def explanation(body: bytes) -> str:
    """The words of an error about a workflow, with those about each node; empty: it is none."""
    try:
        found: object = json.loads(body)
    except ValueError:
        return ""

    fields = _object(found)
    faults = node_faults(fields.get("node_errors"))
    if not faults:
        return ""

    said = _object(fields.get("error")).get("message") or fields.get("error")
    return f"{said}: {faults}" if said else faults


def node_faults(errors: object) -> str:
    """Write `node_errors` as `node 6 (CLIPTextEncode): what, details; …`."""
    said: list[str] = []
    for name, fault in _object(errors).items():
        node = _object(fault)
        listed = [_object(each) for each in _list(node.get("errors"))]
        what = " and ".join(_joined(each.get("message"), each.get("details")) for each in listed)
        said.append(f"node {name} ({node.get('class_type', '?')}): {what or 'no explanation'}")

    return "; ".join(said)


def check_status(entry: Mapping[str, Any], name: str) -> None:
    """Let an entry of the history pass that ended well.

    Raises:
        EditorBusy: the run was interrupted or forgotten, or the server ran out of memory.
        EditorError: a node failed, in its words.
    """
    if not entry:
        raise EditorBusy(
            f"{name} no longer knows the edit: it was restarted, "
            "or somebody took the edit out of its queue"
        )

    told = _told(entry)
    if "execution_interrupted" in told:
        raise EditorBusy(f"{name}: somebody interrupted the edit on the server")

    if fault := told.get("execution_error"):
        kind, node = fault.get("exception_type", "error"), fault.get("node_id", "?")
        words = str(fault.get("exception_message") or "no explanation").strip()
        said = f"{name}: node {node} ({fault.get('node_type', '?')}) failed: {kind}: {words}"[:500]
        raise EditorBusy(said) if "OutOfMemory" in str(kind) else EditorError(said)

    if _object(entry.get("status")).get("status_str") == "error":
        raise EditorError(f"{name} failed and does not say why: see its log")


def images_of(
    entry: Mapping[str, Any], node: str, name: str, left_out: str = ""
) -> list[dict[str, str]]:
    """Where the pictures of the edit are, as `/view` wants it: of `node`, or of the only one.

    Saved pictures count before previews.

    Raises:
        EditorError: there is none, or several nodes made some.
    """
    made = {each: _places(what) for each, what in _object(entry.get("outputs")).items()}
    if node:
        made = {node: made.get(node, [])}

    for kind in ("output", "temp"):
        places = {each: [p for p in found if p["type"] == kind] for each, found in made.items()}
        places = {each: found for each, found in places.items() if found}
        if len(places) > 1:
            raise EditorError(
                f"{name}: the nodes {', '.join(places)} all made pictures; say which counts"
            )
        for found in places.values():
            return found

    why = f": {left_out}" if left_out else ""
    raise EditorError(f"{name} ended without a picture{f' of node {node}' if node else ''}{why}")


def seconds_of(entry: Mapping[str, Any]) -> float:
    """The time from start to end that the server tells; 0 where it does not."""
    told = _told(entry)
    began = told.get("execution_start", {}).get("timestamp")
    ended = told.get("execution_success", {}).get("timestamp")
    if not isinstance(began, int | float) or not isinstance(ended, int | float):
        return 0.0

    return max(0.0, (ended - began) / 1000)


def queued(listed: object, wanted: str) -> bool:
    """Whether an id is among the entries of a queue: `[number, id, graph, …]`."""
    entries = [_list(each) for each in _list(listed)]
    return any(len(each) > 1 and each[1] == wanted for each in entries)


def _told(entry: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The messages about a run, by their kind: `[[kind, {…}], …]`."""
    messages = [_list(each) for each in _list(_object(entry.get("status")).get("messages"))]
    return {str(each[0]): _object(each[1]) for each in messages if len(each) > 1}


def _places(output: object) -> list[dict[str, str]]:
    images = [_object(each) for each in _list(_object(output).get("images"))]
    return [
        {
            "filename": str(image["filename"]),
            "subfolder": str(image.get("subfolder") or ""),
            "type": str(image.get("type") or "output"),
        }
        for image in images
        if image.get("filename")
    ]


def _joined(*said: object) -> str:
    return ", ".join(str(each) for each in said if each)


def _object(found: object) -> dict[str, Any]:
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _list(found: object) -> list[object]:
    return cast("list[object]", found) if isinstance(found, list) else []
