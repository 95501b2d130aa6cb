"""What every test may use."""

import pytest

from tests.helpers import MovingClock


@pytest.fixture
def clock() -> MovingClock:
    """A clock that stands still until the test moves it."""
    return MovingClock()
