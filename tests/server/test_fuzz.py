"""No body makes the service answer 500."""

import json
from typing import Any

import anyio
import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from served import ENCODED, SOURCE, Held

from editloop.server.edit_service import service
from editloop.server.rules import ServiceRules
from editloop.tools import Abilities
from editloop.tools.retouch.editor import Retouch

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "seed",
        "guidance_scale",
        "true_cfg_scale",
        "num_inference_steps",
        "num_inference_step",
        "negative_prompt",
        "enhance_prompt",
        "num_images_per_prompt",
        "mask_image",
        "mask",
        "n",
        "size",
        "model",
        "response_format",
        "output_format",
        "stream",
        "images",
        "url",
    ]
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "image": st.sampled_from([ENCODED, f"data:image/png;base64,{ENCODED}"]) | ANYTHING,
        "prompt": st.text(max_size=40) | ANYTHING,
    },
).flatmap(lambda body: st.dictionaries(FIELDS, ANYTHING, max_size=5).map(lambda m: {**m, **body}))
PATHS = st.sampled_from(["/edit", "/fill", "/v1/images/edits", "/generate", "/edit-upload"])


def _asked(path: str, editor: Any, preset: str, **request: Any) -> int:
    async def ask() -> int:
        app = service(editor, preset=preset, rules=ServiceRules(probe=False))
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=True)
        async with (
            app.state.desk.open(),
            httpx2.AsyncClient(transport=transport, base_url="http://x") as http,
        ):
            await app.state.desk.keeper.settled.wait()
            answer = await http.post(path, **request)
            assert "error" in answer.json() or answer.status_code == 200
            return answer.status_code

    return anyio.run(ask)


@settings(max_examples=150, deadline=None)
@given(path=PATHS, body=BODIES, preset=st.sampled_from(["flux-kontext", "longcat", "plain"]))
def test_no_json_makes_a_500(path: str, body: dict[str, Any], preset: str) -> None:
    options = frozenset({"num_inference_steps", "guidance_scale", "negative_prompt"})
    editor = Held(abilities=Abilities(mask=True, references=2, options=options))
    headers = {"content-type": "application/json"}
    sent = json.dumps(body).encode("utf-8")
    status = _asked(path, editor, preset, content=sent, headers=headers)
    assert status < 500 or (path, status) == ("/generate", 501)


@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=300), path=PATHS)
def test_no_bytes_make_a_500(path: str, body: bytes) -> None:
    for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain"):
        status = _asked(path, Retouch(), "plain", content=body, headers={"content-type": kind})
        assert status < 500 or path == "/generate"


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; charset=rot13; boundary=x",
        "multipart/form-data; charset=nonsense; boundary=x",
    ],
)
def test_strange_heads_of_forms_make_no_500(kind: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n\xff\xfe\r\n'
    file = b'--x\r\nContent-Disposition: form-data; name="image_file"; filename="a"\r\n\r\n'
    body = part + file + SOURCE.data + b"\r\n--x--\r\n"
    status = _asked("/edit-upload", Held(), "plain", content=body, headers={"content-type": kind})
    assert status < 500
