"""A chat that edits pictures, for AG-UI front ends: CHAT_MODEL=openai:gpt-5.2 uvicorn ag_ui_app:app

The protocol is pydantic-ai's own. `/pictures/HASH` serves what the edits made.
"""

import os
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic_ai import Agent, CustomEvent
from pydantic_ai.capabilities import ProcessEventStream
from pydantic_ai.ui.ag_ui import AGUIAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import editloop
from editloop.memory import StoreError
from editloop.tools.chat import EditTurn, ImageEditing


@dataclass(kw_only=True)
class Turn(CustomEvent, name="editloop.turn"):  # what the page is told: when it is made, and scored
    number: int
    picture: str
    score: float | None


async def with_turns(_: Any, events: AsyncIterable[Any]) -> AsyncGenerator[Any]:
    async for event in events:
        yield event
        if isinstance(event, EditTurn) and event.sha256:
            yield Turn(number=event.turn, picture=f"/pictures/{event.sha256}", score=event.semantic)


async def chat(request: Request) -> Response:
    return await AGUIAdapter.dispatch_request(request, agent=request.app.state.chat)


async def picture(request: Request) -> Response:
    try:
        return Response(await request.app.state.editor.images.get(request.path_params["sha256"]))
    except StoreError:
        return Response(status_code=404)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncGenerator[None]:
    async with editloop.build() as app.state.editor:
        abilities = [ImageEditing(app.state.editor), ProcessEventStream(with_turns)]
        app.state.chat = Agent(os.environ["CHAT_MODEL"], capabilities=abilities)
        yield


routes = [Route("/", chat, methods=["POST"]), Route("/pictures/{sha256}", picture)]
app = Starlette(routes=routes, lifespan=lifespan)
