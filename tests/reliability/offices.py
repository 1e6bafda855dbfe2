"""Two offices that share their records by git: clones of one desk, each with a writer of its own."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from desks import Desk, copy_desk, open_desk
from office import Office, bring
from transcripts import Result

Run = Callable[..., Result]


def open_two(run: Run, isolated: Path, make: Callable[[Run, Path], Desk] = open_desk) -> tuple[Office, Office]:
    """(main, SZ), both as `make` leaves the desk, at the same time."""
    folders = (isolated / "main", isolated / "sz")
    folders[0].mkdir()
    desk = copy_desk(partial(run, cwd=folders[0]), folders[0], make)
    shutil.copytree(*folders)
    main, sz = map(Office, folders)
    main.now = sz.now = desk.now
    sz.act("mgr", "records", "writer", "SZ")
    return main, sz


def merge(main: Office, sz: Office) -> None:
    """Each gets the other's rows; their clocks agree afterwards."""
    bring(main, sz)
    bring(sz, main)
    main.now = sz.now = max(main.now, sz.now)
