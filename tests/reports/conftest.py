"""Fixtures of the report tests: November at the desk, written once and copied for each test."""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from november import LATER, write_november
from transcripts import Result

Report = Callable[..., Any]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the month is kept between tests; empty until the first one has written it."""
    return tmp_path_factory.mktemp("november") / "desk"


@pytest.fixture
def november(written: Path, request: pytest.FixtureRequest, isolated: Path, run: Callable[..., Result]) -> Path:
    """The present folder with November in it."""
    if written.is_dir():
        shutil.copytree(written, isolated, dirs_exist_ok=True, symlinks=True)
        return isolated
    request.getfixturevalue("demo")
    write_november(run)
    shutil.copytree(isolated, written, symlinks=True)
    return isolated


@pytest.fixture
def shared_november(written: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The present folder with November in it, shared by the tests that only read: they must leave it as it is."""
    if not written.is_dir():
        request.getfixturevalue("november")
    request.getfixturevalue("isolated")
    monkeypatch.setenv("XDG_CACHE_HOME", str(written.parent / "cache"))
    with contextlib.chdir(written):
        yield written


@pytest.fixture
def report(shared_november: Path, run: Callable[..., Result]) -> Report:
    """`report("monthly", "--month", "2026-11")`: the document, as of LATER unless `now` says otherwise."""

    def ask(*argv: str, now: str = LATER) -> Any:
        result = run("--now", now, "--json", "report", *argv)
        assert result.code == 0, result.err
        return json.loads(result.out)

    return ask
