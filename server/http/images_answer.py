"""The answer of `/v1/images/edits`: pictures as they were wanted, and what is said of their runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from ...memory import ImageRef, Run, Turn, Usage
from ...tools import Picture
from ..host import Host
from ..openai_answers import spliced
from ..openai_pictures import FORMATS, Look, converted
from ..pictures import Pictures
from ..principals import Principal
from ..reached import reached_at
from .images_asked import EditsAsked
from .images_taken import same_shape

RUN, SCORE, IGNORED = "x-editloop-run", "x-editloop-score", "x-editloop-ignored"
_EFFORTS = ("low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture on its way out."""

    picture: Picture
    size: tuple[int, int]
    alpha: bool
    note: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """What OpenAI's answers and events say of it."""
        return {
            "background": "transparent" if self.alpha else "opaque",
            "output_format": self.picture.media_type.removeprefix("image/"),
            "size": f"{self.size[0]}x{self.size[1]}",
        }


class Showing:
    """Makes answers."""

    def __init__(self, host: Host, pictures: Pictures) -> None:
        self._host, self._pictures = host, pictures

    async def answer(
        self, http: Request, asked: EditsAsked, runs: Sequence[Run], who: Principal
    ) -> Response:
        """Answer with the pictures of those runs that have one; at least one has."""
        done = [(run, run.best) for run in runs]
        shown = [await self.shown(best.edited, asked) for _, best in done if best and best.edited]
        data: list[tuple[bytes | None, dict[str, Any]]] = []
        for best, each in zip((best for _, best in done if best), shown, strict=True):
            beside: dict[str, Any] = {"revised_prompt": best.instruction}
            if asked.response_format == "url":
                data.append((None, beside | {"url": await self._url(http, each, who)}))
            else:
                data.append((each.picture.data, beside))
        body = await spliced(self._head(asked, runs, shown), data)
        return Response(body, media_type="application/json", headers=said_of(runs))

    async def shown(self, image: ImageRef, asked: EditsAsked) -> Shown:
        """Make a picture ready to go out; its bytes stay as they are wherever that is possible."""
        look, note = look_of(image, asked)
        picture = Picture(await self._host.agent.images.get(image), image.media_type)
        out = await converted(picture, look)
        shown = await to_thread.run_sync(_examined, out, note)
        if asked.background == "transparent" and not shown.alpha:
            lost = "the edit has no transparency"
            return replace(shown, note=f"{note}; {lost}" if note else lost)
        return shown

    async def _url(self, http: Request, shown: Shown, who: Principal) -> str:
        kept = await self._pictures.put(shown.picture.data, who)
        return f"{reached_at(http)}/v1/blobs/{kept.sha256}"

    def _head(
        self, asked: EditsAsked, runs: Sequence[Run], shown: Sequence[Shown]
    ) -> dict[str, Any]:
        head = {
            "created": int(runs[0].created.timestamp()),
            **shown[0].facts,
            "quality": effort_of(asked),
            "usage": usage_of(runs),
        }
        if asked.who:
            head["safety_identifier"] = asked.who
        notes = list(dict.fromkeys(each.note for each in shown if each.note))
        return head | {"editloop": {"runs": [run_said(run) for run in runs], "notes": notes}}


def look_of(image: ImageRef, asked: EditsAsked) -> tuple[Look, str]:
    """How a picture is to look, and what is to be known about that."""
    own = image.media_type.removeprefix("image/")
    usual = own if own in FORMATS else "png"
    format_ = asked.output_format if asked.output_format != "auto" else usual
    lossy = asked.output_format in ("jpeg", "webp") and asked.output_compression is not None
    quality = max(1, asked.output_compression or 1) if lossy else None
    size, here, note = asked.sides, (image.width, image.height), ""
    if size and not same_shape(size, here):
        note = f"kept {here[0]}x{here[1]}: the edit has another shape than {asked.size}"
        size = None
    elif size and size != here:
        note = f"resampled from {here[0]}x{here[1]} to {asked.size}"
    return Look(format_, quality, size, asked.background == "opaque"), note


def effort_of(asked: EditsAsked) -> str:
    """The quality as answers say it; the usual effort is called high."""
    return asked.quality if asked.quality in _EFFORTS else "high"


def usage_of(runs: Sequence[Run]) -> dict[str, Any]:
    """What the thinkers read and wrote; their servers do not say which tokens were of pictures."""
    spent = sum((run.usage for run in runs), Usage())
    return {
        "input_tokens": spent.input_tokens,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": spent.input_tokens},
        "output_tokens": spent.output_tokens,
        "output_tokens_details": {"image_tokens": 0, "text_tokens": spent.output_tokens},
        "total_tokens": spent.input_tokens + spent.output_tokens,
    }


def run_said(run: Run) -> dict[str, Any]:
    """A run in an answer's `editloop`."""
    best = run.best
    found: dict[str, Any] = {
        "id": run.id,
        "handle": f"run:{run.id}",
        "status": run.status,
        "stop": run.stop.model_dump(mode="json") if run.stop else None,
        "turns": len(run.turns),
        "answer": run.answer,
        "seed": run.task.seed,
        "cost": run.usage.cost,
        "seconds": round(run.usage.seconds, 3),
    }
    if best is not None:
        found |= _turn_said(best)
    if run.failure:
        found["failure"] = run.failure.model_dump(mode="json")
    return found


def said_of(runs: Sequence[Run]) -> dict[str, str]:
    """The headers that name runs and scores."""
    return {
        RUN: ", ".join(run.id for run in runs),
        SCORE: ", ".join(_overall(run.best) for run in runs),
    }


def _turn_said(turn: Turn) -> dict[str, Any]:
    score = turn.score
    return {
        "image": f"editloop://image/{turn.edited.sha256}" if turn.edited else None,
        "score": round(score.overall, 3) if score else None,
        "semantic": score.semantic if score else None,
        "quality": score.quality if score else None,
        "notes": list(turn.notes),
        "findings": [finding.model_dump() for finding in turn.findings],
    }


def _overall(turn: Turn | None) -> str:
    return f"{turn.score.overall:.2f}" if turn and turn.score else "unscored"


def _examined(picture: Picture, note: str) -> Shown:
    from ...memory.images import Limits, probe

    header = probe(picture.data, Limits(bytes=2**62, pixels=2**62))
    return Shown(picture, (header.width, header.height), header.alpha, note)
