"""A ComfyUI server as an editor, by a workflow template.

Written from the server's public source and tried against a server that follows it, never against
a real ComfyUI.

    workflow = Workflow.read(Path("kontext_api.json"), instruction=("6", "text"))
    async with ComfyUI("http://gpu-1:8188", workflow) as editor:
        edited = await editor.edit(request)

The picture is uploaded, the filled template queued, its history polled and the picture fetched;
progress over the websocket is not read, since the package has no websocket client. An edit that is
cancelled or fails is taken out of the queue or interrupted, nobody else's ever: older servers
interrupt whatever is at work, so that is asked for only while ours is. They also choose the edit's
id themselves, so there an edit that is cancelled in the moment of queueing stays in the queue.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from typing import Any

from ...memory import EditorRejected
from ..connected import Connected
from ..editor import Abilities, Edited, EditRequest
from . import comfyui_answers, wire
from .comfyui_server import Job, Server
from .comfyui_workflow import Slot, Workflow
from .waiting import found_by, taken_back

_SEEDS = 2**64  # what its samplers take


class ComfyUI(Connected):
    """One server and one workflow; open it with `async with`."""

    def __init__(
        self,
        url: str,
        workflow: Workflow,
        *,
        pause: float = 1.0,
        abilities: Abilities | None = None,
        headers: Mapping[str, str] | None = None,
        name: str = "",
        most: int = wire.MAX_ANSWER,
    ) -> None:
        """Look for the edit every `pause` seconds at most; `headers` are for a proxy in front.

        A workflow with a mask slot needs a mask with every edit.
        """
        self.name = name or "comfyui"
        self.abilities = abilities or Abilities(
            mask=workflow.mask is not None, seed=workflow.seed is not None
        )
        self._workflow, self._pause = workflow, pause
        self._server = Server(url, self.name, most, headers)

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._server.http,)

    async def edit(self, request: EditRequest) -> Edited:
        """Run the workflow once.

        Raises:
            EditorRejected: a mask where none is taken or none where one is needed, references, or
                a workflow that the server finds wrong, in its words for each node.
            EditorBusy: out of memory, interrupted or dropped by somebody else, 408, 409, 425, 429
                or 5xx, or the server cannot be reached.
            EditorError: a node failed, there is no picture at the end, or an unreadable answer.
            PictureError: something that is no picture was to be sent.
        """
        self._refuse(request)
        graph = self._workflow.filled(await self._values(request))
        began = perf_counter()
        job = Job(self._server)
        async with taken_back(job.withdraw):
            left_out = await job.submit(graph)
            entry = await found_by(job.look, pause=self._pause)

        comfyui_answers.check_status(entry, self.name)
        images = comfyui_answers.images_of(entry, self._workflow.answer, self.name, left_out)
        return Edited(
            await found_by(lambda: self._server.picture(images[0]), pause=self._pause),
            seconds=comfyui_answers.seconds_of(entry) or perf_counter() - began,
            cost=self.abilities.cost,
            notes=_notes(len(images), left_out),
        )

    def _refuse(self, request: EditRequest) -> None:
        if (self._workflow.mask is not None) != (request.mask is not None):
            needs = "needs a mask" if self._workflow.mask else "has no place for a mask"
            raise EditorRejected(f"{self.name}: the workflow {needs}")

        if request.references:
            raise EditorRejected(f"{self.name} takes no pictures beside the source")

    async def _values(self, request: EditRequest) -> dict[Slot, str | int]:
        workflow = self._workflow
        values: dict[Slot, str | int] = {workflow.instruction: request.instruction}
        values[workflow.image] = await self._server.upload(request.source)
        if workflow.mask and request.mask:
            values[workflow.mask] = await self._server.upload(request.mask)

        if workflow.seed:
            values[workflow.seed] = request.seed % _SEEDS

        return values


def _notes(pictures: int, left_out: str) -> tuple[str, ...]:
    notes: list[str] = []
    if pictures > 1:
        notes.append(f"{pictures} pictures came back; the first was taken")

    if left_out:
        notes.append(f"the server left out a part of the workflow: {left_out}")

    return tuple(notes)
