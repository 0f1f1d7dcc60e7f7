"""JSON with pictures inside, written without a look at each of their characters."""

import base64
import json

import pytest

from editloop.tools.remote import wire

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("fields", [{}, {"prompt": 'né "quoted" \\ \n', "seed": 7, "none": None}])
@pytest.mark.parametrize("pictures", [{"image": b"123"}, {"image": b"x" * 300_000, "mask": b""}])
async def test_what_is_written_reads_back(
    pictures: dict[str, bytes], fields: dict[str, object]
) -> None:
    found = json.loads(await wire.written(pictures, fields))
    encoded = {name: base64.b64encode(data).decode() for name, data in pictures.items()}
    assert found == {**encoded, **fields}
