"""Hugging Face `image-to-image` as an editor.

Written from the public client library's source and tried against a server that follows it, never
against the live service.

    async with HuggingFaceImages(url, token, abilities=Abilities(cost=0.03)) as editor:
        edited = await editor.edit(request)
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from typing import Any

from ...memory import EditorError, EditorRejected
from ..connected import Connected
from ..editor import Abilities, Edited, EditRequest
from . import wire

_UNKNOWN = Abilities()


class HuggingFaceImages(Connected):
    """One model behind the task `image-to-image`; open it with `async with`."""

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        knobs: Mapping[str, str | float] | None = None,
        abilities: Abilities = _UNKNOWN,
        name: str = "",
        most: int = wire.MAX_ANSWER,
    ) -> None:
        """`url` is the model's whole address; `knobs` are `parameters` beside the prompt.

        `abilities.cost` is what each edit counts as, and `abilities.seed` says that the model reads
        a `seed` among its parameters: the protocol tells neither.
        """
        self.name = name or f"huggingface:{url.rstrip('/').rpartition('/')[2]}"
        self.abilities = abilities
        self._url, self._knobs, self._most = url, dict(knobs or {}), most
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = wire.client(headers={"Accept": "image/png", **headers})

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._http,)

    async def edit(self, request: EditRequest) -> Edited:
        """Ask the service once; the answer is the picture itself.

        Raises:
            EditorRejected: a mask or references, which the task has no place for, or a status of 4xx.
            EditorBusy: 408, 409, 425, 429 or 5xx, or the service cannot be reached.
            EditorError: an answer that is no picture.
        """
        if request.mask or request.references:
            raise EditorRejected(f"{self.name} takes one picture, no mask and no references")

        seed = {"seed": request.seed} if self.abilities.seed else {}
        body = {
            "inputs": await wire.encoded(request.source.data),
            "parameters": {"prompt": request.instruction, **seed, **self._knobs},
        }
        began = perf_counter()
        answer = await wire.ask(
            self._http, self.name, "POST", self._url, most=self._most, json=body
        )
        if answer.media_type in ("application/json", "text/html"):
            begins = answer.data[:200].decode("utf-8", "replace")
            raise EditorError(f"{self.name} answered with no picture: {begins}")

        return Edited(
            wire.picture_of(answer.data, self.name),
            seconds=perf_counter() - began,
            cost=self.abilities.cost,
        )
