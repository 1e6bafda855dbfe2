"""Fixtures of what is tried at every size."""

import pytest
from small import SIZES, set_sizes


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Every threshold is this small."""
    return set_sizes(monkeypatch, int(request.param))
