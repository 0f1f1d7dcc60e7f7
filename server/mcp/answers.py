"""What a tool answers: text first, one small picture, a link, and the same facts as data.

Some clients take only the first block that they understand, some drop the data as soon as there is
a picture, some the picture: each of the four says enough by itself.
"""

from typing import Any

import pybase64
from mcp.server.mcpserver import Context
from mcp.types import CallToolResult, ContentBlock, ImageContent, ResourceLink, TextContent

from ...memory import EditloopError, InputError, Run
from ...memory.images import View
from ..host import Host
from . import previews, told
from .facts import Facts, PictureFacts, RunFacts
from .habits import takes_pictures_as_text
from .outbox import Outbox
from .places import Places
from .rules import McpRules
from .who import client_of


class Answers:
    """Makes the answers of one door."""

    def __init__(self, host: Host, rules: McpRules, places: Places) -> None:
        self._host, self._rules, self._places = host, rules, places
        self._outbox = Outbox(rules.out, host.agent.images) if rules.out else None

    async def run(self, ctx: Context[Any], run: Run, turn: int | None = None) -> CallToolResult:
        """Answer with a run, and with the picture of a turn: the best one where none is named.

        Raises:
            InputError: the run has no such turn.
        """
        try:
            number = told.shown_number(self._host, run, turn)
        except IndexError as error:
            raise InputError(f"{error}") from None

        facts = await self.facts(ctx, run, number)
        image = None if number is None else run.picture(number)
        view = await self._view(ctx, image.sha256) if image else None
        return self.made(ctx, facts, view, facts.output)

    async def facts(self, ctx: Context[Any], run: Run, shown: int | None) -> RunFacts:
        """The facts of a run of which a turn is shown; its answer is written as a file where there
        is a folder for it."""
        paused = run.stop is None and await self._host.paused(run)
        facts = told.run_facts(self._host, run, shown, paused=paused)
        if facts.output is None:
            return facts

        url = self._places.blob(ctx, facts.output.sha256)
        found = {"url": url} | await self._file(run)
        return facts.model_copy(update={"output": facts.output.model_copy(update=found)})

    def made(
        self,
        ctx: Context[Any],
        facts: Facts,
        view: View | None = None,
        output: PictureFacts | None = None,
    ) -> CallToolResult:
        """Put an answer together, with what this client is known to bear."""
        mode = self._mode(ctx)
        said = facts.model_dump(mode="json", exclude_none=True)
        text = facts.model_dump_json(exclude_none=True)
        content: list[ContentBlock] = [TextContent(type="text", text=text)]
        if view and mode == "inline":
            data = pybase64.b64encode_as_string(view.data)
            content.append(ImageContent(type="image", data=data, mime_type=view.media_type))
        if output and mode != "none":
            content.append(_link(output))
        return CallToolResult(content=content, structured_content=said)

    def shows(self, ctx: Context[Any]) -> bool:
        """Whether this client gets pictures inside answers."""
        return self._mode(ctx) == "inline"

    def _mode(self, ctx: Context[Any]) -> str:
        if self._rules.images != "auto":
            return self._rules.images

        return "link" if takes_pictures_as_text(client_of(ctx)) else "inline"

    async def _view(self, ctx: Context[Any], sha256: str) -> View | None:
        if not self.shows(ctx):
            return None

        try:
            return await previews.fitting(self._host.agent.images, sha256)
        except EditloopError:  # the facts and the link are worth more than no answer
            return None

    async def _file(self, run: Run) -> dict[str, str]:
        """Where the answer of a run was written to, or why it was not: it is paid for, and told of
        in any case."""
        if self._outbox is None or run.best is None or run.best.edited is None:
            return {}

        try:
            return {"path": str(await self._outbox.write(run, run.best.edited))}
        except EditloopError as error:
            return {"unwritten": str(error)}


def _link(output: PictureFacts) -> ResourceLink:
    return ResourceLink(
        type="resource_link",
        name=output.handle,
        title="The full picture",
        uri=output.uri,
        mime_type=output.mime,
        size=output.size,
    )
