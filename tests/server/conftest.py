"""What the tests of the edit service share."""

import pytest
from served import Serving, serving_of


@pytest.fixture
def serving() -> Serving:
    return serving_of
