"""What `backend test` does: one real tiny edit, critique or rewriting."""

import json
from time import perf_counter
from typing import Any

import anyio

from ..agent import Settings
from ..agent.opening import editor_at, expanded, thinker_at
from ..agent.rewriters import rewriter_at
from ..memory import MalformedCritique, SettingsError
from ..memory.images import probe
from ..policies import Wish
from ..policies.thinker import Comparison
from ..tools import EditRequest, Picture
from ..tools.findings import seen
from ..tools.pool.probing import tiny_mask, tiny_png
from .backends import Role
from .exits import Exit
from .options import Common
from .words import clipped, duration, size

_TOLD = "Make the picture a little brighter."


def tested(name: str, role: Role | None, common: Common) -> int:
    """Try an engine and return the exit code.

    Raises:
        SettingsError: the address names nothing.
        EditorError, ThinkerError: it did not answer, or refused.
    """
    settings = common.choices().settings
    role = role or _role(name, settings)
    trials = {"editor": _edited, "thinker": _criticised, "rewriter": _worded}
    found = anyio.run(trials[role], name, settings)
    if common.json:
        print(json.dumps({"role": role, **found}, ensure_ascii=False))
    else:
        common.screen.say(role, f"{found['name']} answered in {duration(found['seconds'])}")
        print(found["says"])
    return Exit.ACCEPTED if found["useful"] else Exit.BACKEND


def _role(name: str, settings: Settings) -> Role:
    kind = expanded(name, settings.backends)[0].kind
    if kind == "chat":
        return "rewriter"
    return "thinker" if kind in ("measured", "expert") else "editor"


async def _edited(name: str, settings: Settings) -> dict[str, Any]:
    source = Picture(tiny_png(), "image/png")
    async with editor_at(name, backends=settings.backends, cost=settings.edit_cost) as editor:
        mask = Picture(tiny_mask(), "image/png") if editor.abilities.mask else None
        begun = perf_counter()
        edited = await editor.edit(EditRequest(source, _TOLD, mask=mask))
        seconds = perf_counter() - begun
        found = await seen(source, edited.picture)
    problems = [f"{each.kind}: {each.detail}" for each in found]
    broken = any(each.kind == "not_an_image" for each in found)
    what = "no picture" if broken else _picture(edited.picture)
    return {
        "name": editor.name,
        "seconds": round(seconds, 3),
        "useful": not broken,
        "says": "; ".join([what, *problems, *edited.notes]),
        "findings": problems,
        "notes": list(edited.notes),
        "cost": edited.cost,
    }


async def _criticised(name: str, settings: Settings) -> dict[str, Any]:
    source, edited = Picture(tiny_png(), "image/png"), Picture(tiny_mask(), "image/png")
    async with thinker_at(name, backends=settings.backends) as thinker:
        begun = perf_counter()
        try:
            opinion = await thinker.critique(Comparison(source, edited, asked=_TOLD, told=_TOLD))
        except MalformedCritique as error:
            return _unread(thinker.name, begun, "critique", error)

    critique = opinion.critique
    score = critique.score
    scores = f"semantic {score.semantic:g}, quality {score.quality:g}" if score else "no scores"
    return {
        "name": thinker.name,
        "seconds": round(perf_counter() - begun, 3),
        "useful": True,
        "says": f"{scores}; {clipped(critique.reasoning, 200)}",
        "satisfied": critique.satisfied,
        "refined": critique.refined,
    }


async def _worded(name: str, settings: Settings) -> dict[str, Any]:
    wish = Wish(Picture(tiny_png(), "image/png"), _TOLD)
    async with rewriter_at(name, settings.backends) as rewriter:
        if rewriter is None:
            raise SettingsError(f"{name!r} asks nobody: name the address of a rewriter")

        begun = perf_counter()
        try:
            rewriting = await rewriter.rewrite(wish)
        except MalformedCritique as error:
            return _unread(rewriter.name, begun, "instruction", error)

    return {
        "name": rewriter.name,
        "seconds": round(perf_counter() - begun, 3),
        "useful": True,
        "says": clipped(rewriting.instruction, 300),
    }


def _unread(name: str, begun: float, what: str, error: MalformedCritique) -> dict[str, Any]:
    text = error.sample.text if error.sample else ""
    return {
        "name": name,
        "seconds": round(perf_counter() - begun, 3),
        "useful": False,
        "says": f"it answered, and no {what} can be read: {clipped(text, 300)}",
    }


def _picture(picture: Picture) -> str:
    header = probe(picture.data)
    return f"{header.width}x{header.height} {header.media_type}, {size(len(picture.data))}"
