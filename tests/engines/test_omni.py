"""Our client of `/v1/images/edits` against real vLLM-Omni, with its own code and with diffusers'."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from engines.omni_server import ADAPTED, NAME, NATIVE, PYTHON, vllm_omni
from engines.squares import square
from PIL import Image

from editloop.memory import EditorRejected
from editloop.tools import EditRequest
from editloop.tools.remote.openai_images import OpenAIImages

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not PYTHON.exists(), reason="needs vLLM-Omni (make engines-omni)"),
]

REQUEST = EditRequest(square("red"), "make the square blue", seed=7)
STEPS = {"num_inference_steps": 4}


@pytest.fixture(scope="module", params=["native", "adapted"])
def omni_url(
    request: pytest.FixtureRequest, checkpoint: Callable[[str], Path], logs: Path
) -> Iterator[str]:
    """FLUX Kontext by vLLM-Omni's own code, and InstructPix2Pix by diffusers inside of it."""
    name, flags = {
        "native": ("flux-kontext", NATIVE),
        "adapted": ("instruct-pix2pix", ADAPTED),
    }[request.param]
    with vllm_omni(checkpoint(name), logs, *flags) as server:
        yield server.url


def _editor(url: str, model: str = NAME, **options: Any) -> OpenAIImages:
    options = {"knobs": STEPS} | options
    return OpenAIImages(f"{url}/v1", model, "vllm-omni", **options)


async def _data(editor: OpenAIImages, request: EditRequest) -> bytes:
    return (await editor.edit(request)).picture.data


async def test_an_edit_comes_back_in_the_size_of_the_source(omni_url: str) -> None:
    source = square("red", size=96)
    async with _editor(omni_url) as editor:
        data = await _data(editor, replace(REQUEST, source=source))

    assert data != source.data
    assert Image.open(BytesIO(data)).size == (96, 96)


async def test_a_seed_repeats_an_edit_and_another_seed_gives_another(omni_url: str) -> None:
    async with _editor(omni_url) as editor:
        first = await _data(editor, REQUEST)
        again = await _data(editor, REQUEST)
        other = await _data(editor, replace(REQUEST, seed=8))

    assert first == again
    assert first != other


async def test_edits_asked_for_at_once_are_those_asked_for_one_by_one(omni_url: str) -> None:
    requests = [replace(REQUEST, seed=seed) for seed in range(4)]
    together: dict[int, bytes] = {}
    async with _editor(omni_url) as editor:
        alone = [await _data(editor, request) for request in requests]

        async def edit(nth: int) -> None:
            together[nth] = await _data(editor, requests[nth])

        async with anyio.create_task_group() as group:
            for nth in range(len(requests)):
                group.start_soon(edit, nth)

    assert [together[nth] for nth in range(4)] == alone


async def test_a_model_that_is_not_served_is_rejected_by_name(omni_url: str) -> None:
    async with _editor(omni_url, model="somebody-else") as editor:
        with pytest.raises(EditorRejected, match="somebody-else"):
            await editor.edit(REQUEST)


async def test_a_second_picture_is_rejected_by_a_model_that_takes_one(omni_url: str) -> None:
    async with _editor(omni_url) as editor:
        with pytest.raises(EditorRejected, match="single image"):
            await editor.edit(replace(REQUEST, references=(square("green"),)))


async def test_a_request_without_a_picture_is_refused_by_the_server(omni_url: str) -> None:
    form = {"model": NAME, "prompt": "make the square blue", "response_format": "b64_json"}
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{omni_url}/v1/images/edits", data=form)

    assert answer.status_code == 422
