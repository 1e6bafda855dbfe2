"""Fixtures of all tests: an environment of their own, the program in process, and folders to work in."""

import gc
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from desks import Desk, copy_desk, open_demo
from surroundings import ROOT, isolate_environment
from transcripts import Result, run_program

# A run begun in the background of a script has SIGINT ignored, and so would every command that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What the tests write is of no use afterwards: it goes to memory where there is enough, unless somebody says where.
MEMORY = Path("/dev/shm")
ENOUGH = 1 << 30  # bytes; many a container has 64 MB
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("long", deadline=None, max_examples=20_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the expected outputs of the transcripts")
    parser.addoption("--clause", action="append", default=[], metavar="ID", help="only the tests of this clause")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if wanted := set(config.getoption("--clause")):
        others = [each for each in items if not any(wanted & set(mark.args) for mark in each.iter_markers("clause"))]
        config.hook.pytest_deselected(items=others)
        left = set(others)
        items[:] = [each for each in items if each not in left]
    items.sort(key=lambda item: item.get_closest_marker("heavy") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much was tried, by what the tests recorded as `tried` of a whole, and as `counted`."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    for kind, title in (("tried", "tried of what `make long` tries all of"), ("counted", "counted")):
        told = {each.nodeid: value for each in reports for name, value in each.user_properties if name == kind}
        if told:
            terminalreporter.section(title)
            for name, value in sorted(told.items()):
                terminalreporter.line(f"{value:>14}  {name}")


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: nobody need look through it for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An environment of the test's own; the folder to work in, which is the present one."""
    with pytest.MonkeyPatch.context() as patch:
        home, work = tmp_path / "home", tmp_path / "work"
        home.mkdir()
        work.mkdir()
        isolate_environment(patch, home)
        patch.chdir(work)
        yield work
    time.tzset()


@pytest.fixture
def run(isolated: Path) -> Callable[..., Result]:
    """`run("list", "--format", "json", input="", env={}, cwd=..., refusing={})` runs the program in process."""

    def call(*argv: str, input: str | bytes = "", **more: Any) -> Result:
        return run_program(argv, stdin=input, **more)

    return call


@pytest.fixture
def sample(isolated: Path) -> Path:
    """The present folder with a copy of the sample month: records/ and policies.yaml."""
    if not (ROOT / "records").is_dir():
        pytest.skip("the sample month is not there; make sample writes it")
    shutil.copytree(ROOT / "records", isolated / "records")
    shutil.copy(ROOT / "policies.yaml", isolated)
    return isolated


@pytest.fixture
def demo(isolated: Path, run: Callable[..., Result]) -> Path:
    """The present folder, made a demo on Monday the 2nd of November 2026; at the desk is lin, a manager."""
    return copy_desk(run, isolated, open_demo).folder


@pytest.fixture
def desk(isolated: Path, run: Callable[..., Result]) -> Desk:
    """A demo with a small staff at work on Monday the 2nd of November 2026, 09:00; see tests/desks.py."""
    return copy_desk(run, isolated)


@pytest.fixture
def begin(request: pytest.FixtureRequest) -> Callable[[str], Path]:
    """`begin("demo")`: the folder of the fixture of that name; `empty` is the bare one, `ledger` has 台账.csv in it."""

    def prepare(name: str) -> Path:
        if name not in ("empty", "ledger", "demo", "sample"):
            raise ValueError(f"a transcript begins with empty, ledger, demo or sample, not {name!r}")
        folder: Any = request.getfixturevalue("isolated" if name in ("empty", "ledger") else name)
        assert isinstance(folder, Path)
        if name == "ledger":
            (folder / "台账.csv").write_bytes((ROOT / "docs" / "how-to" / "ledger.csv").read_bytes())
        return folder

    return prepare


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the checkout, which holds the regulations and public data; skipped without it."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip("no folder `shared` beside the checkout")
    return path
