"""A foreign MCP server with tools of every shape; a process of its own over stdio."""

import base64
import io
import logging
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import anyio
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import (
    BlobResourceContents,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
)
from PIL import Image
from pydantic import BaseModel, Field

# The SDK gives a root logger that has none a handler of its own; tests import this module.
logging.getLogger().addHandler(logging.NullHandler())
server = MCPServer("foreign")
HOST = os.environ.get("FOREIGN_HOST", "http://127.0.0.1:1")
"""Set by whoever serves over HTTP: where `edit_by_link` says that its picture is."""


@dataclass
class State:
    """What a call that waits and one that comes after it have in common."""

    cancelled: anyio.Event = field(default_factory=anyio.Event)


state = State()

Base64 = Annotated[str, Field(description="the picture, base64")]
DataURL = Annotated[str, Field(description="a data URL")]
FilePath = Annotated[str, Field(description="path of a file")]


class Held(BaseModel):
    """A picture as an object."""

    data: str
    mime_type: str = ""


def greyer(data: bytes, shade: int) -> bytes:
    """Another picture of the same size; fails where the bytes are none."""
    with Image.open(io.BytesIO(data)) as given:
        size = given.size
    out = io.BytesIO()
    Image.new("RGB", size, (shade, shade, shade)).save(out, "PNG")
    return out.getvalue()


def block(data: bytes) -> ImageContent:
    text = base64.b64encode(data).decode()
    return ImageContent(type="image", data=text, mime_type="image/png")


def raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def of_url(url: str) -> bytes:
    head, _, body = url.partition(",")
    assert head == "data:image/png;base64"
    return raw(body)


@server.tool(structured_output=False)
async def edit_base64(
    ctx: Context[Any, Any], image: Base64, prompt: str, seed: int = 0, steps: int = 4
) -> Any:
    """Edit."""
    if prompt == "refuse":
        raise ToolError("I do not draw that")
    if prompt == "nothing":
        return [TextContent(type="text", text="done, believe me")]
    if prompt == "later":
        told = TextContent(type="text", text='{"status": "running", "job": 7}')
        return [told, block(greyer(raw(image), 7))]
    if prompt == "noise":
        return [block(os.urandom(10)), block(greyer(raw(image), 7))]
    if prompt == "echo":
        return [block(raw(image)), block(greyer(raw(image), 5))]
    if prompt == "large":
        return [block(large())]
    if prompt == "die":
        print("out of memory, sorry", file=sys.stderr, flush=True)
        os._exit(3)
    await ctx.report_progress(1, 4, "noise")
    if prompt == "wait":
        state.cancelled = anyio.Event()
        await ctx.report_progress(2, 4, "waiting")
        try:
            await anyio.sleep_forever()
        finally:
            state.cancelled.set()
    if prompt == "was it cancelled?":
        await state.cancelled.wait()
    await ctx.report_progress(4, 4, "done")
    return [block(greyer(raw(image), (seed + steps) % 256))]


def large() -> bytes:
    """A picture above the client's usual limit for one event."""
    out = io.BytesIO()
    Image.frombytes("RGB", (900, 900), os.urandom(900 * 900 * 3)).save(out, "PNG")
    return out.getvalue()


@server.tool(structured_output=False)
def edit_photo(photo: DataURL, instruction: str) -> Any:
    """Edit."""
    made = base64.b64encode(greyer(of_url(photo), 40)).decode()
    held = BlobResourceContents(uri="made://1", blob=made, mime_type="image/png")
    return [TextContent(type="text", text="here"), EmbeddedResource(type="resource", resource=held)]


@server.tool(structured_output=False)
def edit_file(input_path: FilePath, instructions: str, output_path: str) -> Any:
    """Edit a file."""
    Path(output_path).write_bytes(greyer(Path(input_path).read_bytes(), 50))
    return [TextContent(type="text", text=f"wrote {output_path}")]


@server.tool(structured_output=False)
def edit_linked(image: DataURL, prompt: str, mask: str = "") -> Any:
    """Edit; the answer holds a preview and a link to the whole."""
    shade = 70 if mask else 60
    link = ResourceLink(type="resource_link", name="made", uri=f"made://{shade}")
    if prompt == "lost":
        link = ResourceLink(type="resource_link", name="made", uri="lost://1")
    return [block(greyer(of_url(image), 1)), link]


@server.resource("made://{shade}", mime_type="image/png")
def made(shade: int) -> bytes:
    return greyer(PIXEL, shade)


@server.tool(structured_output=False)
def edit_by_link(image: DataURL, prompt: str) -> Any:
    """Edit; the answer is an address."""
    where = prompt if prompt.startswith("http") else f"{HOST}/made.png"
    return [TextContent(type="text", text=f"Your picture: {where}.")]


@server.tool(structured_output=False)
def edit_images(images: list[DataURL], prompt: str) -> Any:
    """Edit several."""
    return [block(greyer(of_url(images[-1]), len(images)))]


@server.tool(structured_output=False)
def edit_sent(image: Annotated[str, Field(description="what room_for said")], prompt: str) -> Any:
    """Edit a picture that was sent ahead."""
    if image != "sent://1":
        raise ToolError(f"there is no picture {image}")
    return [block(greyer(PIXEL, 33))]


@server.tool()
def room_for() -> dict[str, str]:
    """Say where to send a picture."""
    return {"upload_url": f"{HOST}/put", "expires": "soon"}


@server.tool(structured_output=False)
def edit_object(image: Held, prompt: str) -> Any:
    """Edit what an object holds."""
    assert image.mime_type == "image/png"
    return [block(greyer(raw(image.data), 66))]


@server.tool(structured_output=False)
def edit_vague(image: str, prompt: str) -> Any:
    """Does not say how."""
    return [block(greyer(raw(image), 80))]


@server.tool(structured_output=False)
def edit_needy(image: Base64, prompt: str, model: str) -> Any:
    """Needs a model."""
    return [block(greyer(raw(image), len(model)))]


def pixel() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, "PNG")
    return out.getvalue()


PIXEL = pixel()

if __name__ == "__main__":
    server.run("stdio")
