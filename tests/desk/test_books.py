"""Opening the books: an index that lags behind the files is brought up to date, not left aside."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from transcripts import Result

from dispatchctl.cache import find_cache
from dispatchctl.desk.books import Books
from dispatchctl.store.index import find_generations
from dispatchctl.workspace import Workspace

ORDER = ("new-order", "--kind", "inquiry", "--content", "几点下班", "-q", "--now", "2026-11-02T09:00:00+08:00")


def open_books(folder: Path) -> Books:
    return Books(Workspace({"records": str(folder / "records"), "now": "2026-11-02T12:00:00+08:00"}))


def find_index(folder: Path) -> str:
    return find_generations(find_cache(str(folder / "records"))).newest()


def test_an_index_that_lags_behind_is_caught_up_at_once(run: Callable[..., Result], demo: Path) -> None:
    assert run(*ORDER).code == 0
    place = find_index(demo)
    older = f"{place}.older"
    assert os.path.isfile(place)
    shutil.copy(place, older)
    assert run(*ORDER).code == 0
    for ending in ("-wal", "-shm"):
        Path(place + ending).unlink(missing_ok=True)
    os.replace(older, place)  # as after a process that was killed between its row and the index
    began = time.monotonic()
    books = open_books(demo)
    assert books.index.place == place
    assert [case for (case,) in books.index.db.execute("SELECT id FROM orders ORDER BY id")] == [
        "O-20261102-0001",
        "O-20261102-0002",
    ]
    assert books.people.name("lin") == "林示例"
    books.index.close()
    assert time.monotonic() - began < 5, "it waited for itself"


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 100], ids=["empty", "garbage"])
def test_an_index_that_is_no_index_is_made_anew(run: Callable[..., Result], demo: Path, damage: bytes) -> None:
    assert run(*ORDER).code == 0
    place = find_index(demo)
    assert os.path.getsize(place) > len(damage)
    for ending in ("-wal", "-shm"):
        Path(place + ending).unlink(missing_ok=True)
    Path(place).unlink()  # not emptied in its place: a connection of this process may still have it open
    Path(place).write_bytes(damage)
    done = run("list", "-q")
    assert (done.code, done.out, done.err) == (0, "O-20261102-0001\n", "")
    assert Path(find_index(demo)).read_bytes().startswith(b"SQLite format 3")
    assert not Path(place).exists(), "what is of no use is cleared away"


def test_the_index_lies_below_an_absolute_cache_home_and_nowhere_else(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "mine"))
    assert open_books(demo).index.place.startswith(str(tmp_path / "mine" / "dispatchctl") + "/")
    monkeypatch.setenv("XDG_CACHE_HOME", "mine")  # relative: as if it were not set
    assert open_books(demo).index.place.startswith(str(tmp_path / "home" / ".cache" / "dispatchctl") + "/")
    assert not (demo / "mine").exists()
    monkeypatch.setenv("HOME", "no/home")
    assert open_books(demo).index.place == ""
    assert not (demo / "no").exists()
