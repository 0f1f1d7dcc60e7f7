"""Our own edit servers with a real pipeline, asked by each of our clients, alone and as a pool."""

from io import BytesIO

import pytest
from engines.squares import square
from PIL import Image

from editloop.tools import EditRequest, Picture
from editloop.tools.remote.editthinker_service import EditThinkerService
from editloop.tools.remote.openai_images import OpenAIImages

pytestmark = pytest.mark.anyio

REQUEST = EditRequest(square("red"), "Make the square blue.", seed=7)


def _clients(url: str) -> list[OpenAIImages | EditThinkerService]:
    return [
        OpenAIImages(f"{url}/v1", "tiny"),
        EditThinkerService(url, "flux-kontext"),
    ]


async def test_every_server_and_every_protocol_gives_the_same_edit_for_a_seed(
    editor_urls: tuple[str, str],
) -> None:
    found: set[bytes] = set()
    for url in editor_urls:
        for client in _clients(url):
            async with client as editor:
                found.add(_pixels((await editor.edit(REQUEST)).picture))

    assert len(found) == 1


def _pixels(picture: Picture) -> bytes:
    image = Image.open(BytesIO(picture.data))
    assert image.size == (64, 64)
    return image.convert("RGB").tobytes()
