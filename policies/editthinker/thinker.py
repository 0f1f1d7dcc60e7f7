"""The EditThinker thinker: pictures and sentences in, two scores and a better instruction out.

    async with EditThinker("http://gpu-1:8000") as thinker:
        opinion = await thinker.critique(comparison)

Every critique is one fresh user message: the original, the edited picture, the text (paper, section
3; editthinker-spec 1.4). Two samples of one comparison differ on the wire in seed and temperature
and in nothing else. No retry here: the agent asks again.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import anyio
import anyio.to_thread
from pydantic_ai import Agent
from pydantic_ai.settings import ModelSettings

from ...memory import EditloopError, SettingsError, ThinkerBusy
from ...tools.connected import Connected
from ..thinker import Comparison, Opinion
from . import endpoint
from .failures import translated
from .model import agent_for, ask
from .pictures import TRAINED, Pictures, Shown
from .samples import Taken, failed, opinion, taken
from .sampling import Sampling
from .splicing import Splices
from .template import Template, chosen

_UNFORCED = "the server may not know structured_outputs"


@dataclass(frozen=True, slots=True)
class _Message:
    """What all samples of one comparison have in common."""

    pictures: tuple[Shown, Shown]
    text: str
    conversation: str


class EditThinker(Connected):
    """EditThinker-8B, or any vision model that follows its template, behind a chat completions API.

    Open it with `async with`. It answers once per sample; a `MalformedCritique` carries the answer.
    """

    def __init__(
        self,
        url: str,
        *,
        model: str = "",
        template: Template | str | Path | None = None,
        samples: int = 1,
        temperature: float | None = 0.0,
        fresh_temperature: float | None = 0.7,
        max_tokens: int | None = 4096,
        constrained: bool = False,
        max_pixels: int = TRAINED,
        key: str | None = None,
        seconds: float = 360.0,
        uuids: bool = True,
        name: str = "editthinker",
    ) -> None:
        """Nothing is sent or read yet.

        `url` is the server's address, with or without `/v1`. Without `model` it is asked for its
        only one. `template` is a template or the path of one; without it the user's copy of the
        official one, else our own wording.

        `temperature` is that of the first sample; a fresh one after an unreadable answer, and all
        of them when `samples` is above 1, have `fresh_temperature`. 0 takes the likeliest words;
        training sampled at 1.0. None sends nothing, so that the server's default holds, as the
        official client does; the same goes for `max_tokens`. With `samples` above 1 every critique
        is made of so many answers, asked for at once.

        `constrained` makes the server keep to the format (`structured_outputs`, vLLM and SGLang
        only). Pictures of more than `max_pixels` are shrunk; `seconds` limits one answer; `uuids`
        sends the hash of each picture for vLLM's cache, which servers that refuse unknown fields
        may not like. `key` is a bearer token, by default the variable `VLLM_API_KEY`.

        Raises:
            SettingsError: the address or a number makes no sense.
        """
        if seconds <= 0 or max_pixels < 1:
            raise SettingsError("seconds and max_pixels must be more than nothing")

        self.name = name
        self._base = endpoint.base_url(url)
        self._key = endpoint.key_or_none(key)
        self._model, self._template, self._given = model, Template.default(), template
        self._sampling = Sampling(samples, temperature, fresh_temperature, max_tokens, constrained)
        self._seconds, self._uuids, self._max_pixels = seconds, uuids, max_pixels
        self._pictures = Pictures(max_pixels)
        self._splices = Splices()
        self._agent: Agent[object, str] | None = None

    @property
    def details(self) -> Mapping[str, str | int | float | bool | None]:
        """What the run keeps on record; the model and the template are known once this is open."""
        return {
            "server": endpoint.shown(self._base),
            "model": self._model,
            "template": self._template.name,
            "template_sha256": self._template.digest,
            **asdict(self._sampling),
            "max_pixels": self._max_pixels,
        }

    async def critique(self, comparison: Comparison) -> Opinion:
        """Ask once, or once per sample, all at the same time.

        With several samples the scores are the means of those that can be read, and the words are
        those of the sample nearest to the mean, the earlier one on a tie.

        Raises:
            MalformedCritique: it answered, and no answer holds a critique.
            ThinkerBusy: 408, 409, 425, 429 or 5xx, no connection, or no answer in time.
            ThinkerRejected: 400, 413 or 422, with the server's words.
            ThinkerError: any other status, or no server that speaks this protocol.
            PictureError: one of the pictures cannot be read.
        """
        agent = self._opened_agent()
        message = _Message(
            pictures=(
                await self._pictures.shown(comparison.source),
                await self._pictures.shown(comparison.edited),
            ),
            text=self._template.render(asked=comparison.asked, told=comparison.told),
            conversation=comparison.key,
        )
        seeds = self._sampling.seeds(comparison.seed)
        fresh = len(seeds) > 1 or comparison.sample > 1
        all_taken: dict[int, Taken] = {}

        async def sample(seed: int) -> None:
            settings = self._sampling.settings(seed, fresh=fresh)
            all_taken[seed] = await self._taken(agent, message, settings, seed)

        async with anyio.create_task_group() as group:
            for seed in seeds:
                group.start_soon(sample, seed)

        return opinion([all_taken[seed] for seed in seeds])

    async def _taken(
        self, agent: Agent[object, str], message: _Message, settings: ModelSettings, seed: int
    ) -> Taken:
        """One sample. What goes wrong with it is kept, for its neighbours may be well."""
        began = perf_counter()
        try:
            with anyio.fail_after(self._seconds):
                answer = await ask(
                    agent,
                    message.pictures,
                    message.text,
                    settings,
                    splices=self._splices,
                    conversation=message.conversation,
                )
        except TimeoutError:
            late = f"{self.name} gave no answer within {self._seconds:g} s"
            error: EditloopError = ThinkerBusy(f"{late}: allow more seconds or fewer tokens")
        except Exception as strange:  # noqa: BLE001 (several samples are one task group: nothing may leave it)
            error = translated(strange, self.name, self._base)
            error.__cause__ = strange
        else:
            hint = _UNFORCED if self._sampling.constrained else ""
            return taken(answer, seed=seed, seconds=perf_counter() - began, hint=hint)

        return failed(error, seed=seed, seconds=perf_counter() - began)

    def _opened_agent(self) -> Agent[object, str]:
        if self._agent is None:
            raise SettingsError(f"{self.name} is not open: use it inside 'async with'")

        return self._agent

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._connected(),)

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[None]:
        """Read the template, open the client, and find the model.

        Raises:
            SettingsError: the template cannot be used, or the server has no model or several.
            ThinkerBusy, ThinkerError: a server that has to be asked for its model cannot be.
        """
        self._template = await anyio.to_thread.run_sync(chosen, self._given)
        async with endpoint.client(self._splices.exchange) as http:
            if not self._model:
                self._model = await endpoint.only_model(http, self._base, self._key)

            self._agent = agent_for(
                self._model, http, base=self._base, key=self._key, uuids=self._uuids
            )
            try:
                yield
            finally:
                self._agent = None
