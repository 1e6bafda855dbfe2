"""The fixture of the clauses' tests: a desk with its staff, made once and copied for each test."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from desk import Desk, november, open_desk
from transcripts import Result

MADE: dict[str, Path] = {}  # the desk that the first test made


@pytest.fixture
def desk(run: Callable[..., Result], isolated: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The present folder as a desk of nine people on Monday 2026-11-02, 09:00, before the first call."""
    if "desk" not in MADE:
        open_desk(run, isolated)
        MADE["desk"] = Path(shutil.copytree(isolated, tmp_path_factory.mktemp("made") / "desk"))
    else:
        shutil.copytree(MADE["desk"], isolated, dirs_exist_ok=True)
    made = Desk(run, isolated)
    made.now = november(2, "09:00")
    return made
