"""What tests of imports share: a demo folder, and how to import into it and ask it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transcripts import Result

Run = Callable[..., Result]
NOW = "2026-11-20T09:00:00+08:00"


@pytest.fixture
def load(demo: Path, run: Run) -> Run:
    """`load(*options)` imports h.csv by map.yaml."""
    return lambda *options, file="h.csv", **rest: run(
        "records", "import", file, "--map", "map.yaml", "--now", NOW, *options, **rest
    )


@pytest.fixture
def ask(run: Run) -> Callable[..., Any]:
    """What a reading command prints, as JSON."""

    def call(*argv: str) -> Any:
        result = run(*argv, "--json", "--now", NOW)
        assert result.code == 0, result.err
        return json.loads(result.out)

    return call
