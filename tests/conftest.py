"""What all tests share."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def photos() -> list[Path]:
    """Real photographs that lie beside the project; tests that need them skip without them."""
    found = sorted((SHARED_DATA / "photos").glob("*.jpg"))
    if not found:
        pytest.skip("needs the real photographs beside the project (../shared/data/photos)")
    return found
