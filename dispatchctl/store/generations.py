"""Which file a database of the cache is: one of its generations, none of which is replaced while it is open. Store.

SQLite opens what lies beside a database (`-wal`, `-shm`, `-journal`) by its name, at the first access and later. Were a
name given to another database meanwhile, the pages of one would land in the other. So:

- every generation has a name that none ever had: a number above those that are there, and a random part, since the
  whole folder may be deleted and numbers begin again. `index.sqlite` of older releases is the number 0, and goes on;
- one is made under a name that nobody looks for, and gets its number when it is whole and closed;
- an older one is removed as soon as there is a newer one, the database before what lies beside it. Who has it open goes
  on with files that have no name any more; who is about to open it finds, after the first access and so after all was
  opened, that the name is gone (`Gone`), and looks for the newest again. What SQLite makes or deletes by such a name
  then can spoil nothing;
- two processes may make a generation at once: both are right, and the one that sorts last is everybody's from then on.
"""

import os
import sqlite3
import stat
import time

from dispatchctl.cache import doubt_owner

ENDING = ".sqlite"
BESIDE = ("-wal", "-shm", "-journal")
MADE_IN = 24 * 3600  # seconds after which one that is being made is taken for left over

Mark = tuple[int, int]  # device and inode


class Gone(Exception):
    """The generation was removed before it was open: there is a newer one."""


class Generations:
    """The generations of one database. folder: a trusted one, absolute; "" keeps none. stem: what names begin with."""

    def __init__(self, folder: str, stem: str) -> None:
        self.folder, self.stem = folder, stem

    def newest(self) -> str:
        """The file of the newest generation, "" where there is none that is the user's own; the others are removed.

        OSError where the folder cannot be read.
        """
        if not self.folder:
            return ""
        names = self._list_names()
        mains = sorted({name.partition(ENDING)[0] + ENDING for name in names}, key=self._rank, reverse=True)
        newest = next((main for main in mains if self._number(main) >= 0 and self._is_sound(main)), "")
        if len(mains) > bool(newest):
            for main in mains:
                if main != newest and not self._is_being_made(main):
                    self._remove(main, names)
        return os.path.join(self.folder, newest) if newest else ""

    def begin(self) -> str:
        """A new empty file (0600) for a generation that is to be made; `publish` gives it its name. OSError."""
        place = os.path.join(self.folder, f"{self.stem}.new-{os.urandom(8).hex()}{ENDING}")
        os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        return place

    def publish(self, place: str) -> str:
        """Name one that is made, and that nobody has open, as the newest; its new path. OSError where it is gone, or
        not whole: what SQLite could not bring into it when it was closed lies beside it.
        """
        if any(os.path.lexists(place + ending) for ending in BESIDE):
            raise OSError(0, "is not whole", place)
        number = 1 + max(map(self._number, self._list_names()), default=0)
        final = os.path.join(self.folder, os.path.basename(place).replace(".new-", f".{max(number, 1)}-", 1))
        os.rename(place, final)
        return final

    def remove_all(self) -> None:
        """Remove all there are; what was seen is forgotten."""
        if self.folder:
            names = self._list_names()
            for main in sorted({name.partition(ENDING)[0] + ENDING for name in names}):
                self._remove(main, names)

    def _list_names(self) -> list[str]:
        return [name for name in os.listdir(self.folder) if name.startswith(f"{self.stem}.")]

    def _number(self, name: str) -> int:
        """The number of a generation, 0 of the file of older releases, -1 of what is none."""
        text = name[len(self.stem) + 1 :].partition("-")[0]
        return 0 if text == ENDING[1:] else int(text) if text.isdecimal() else -1

    def _rank(self, main: str) -> tuple[int, str]:
        return self._number(main), main

    def _is_sound(self, main: str) -> bool:
        try:
            found = os.lstat(os.path.join(self.folder, main))
        except OSError:
            return False
        return stat.S_ISREG(found.st_mode) and found.st_size > 0 and not doubt_owner(found)

    def _is_being_made(self, main: str) -> bool:
        if not main.startswith(f"{self.stem}.new-"):
            return False
        try:
            return os.lstat(os.path.join(self.folder, main)).st_mtime > time.time() - MADE_IN
        except OSError:
            return False

    def _remove(self, main: str, names: list[str]) -> None:
        for name in sorted(names):  # the database first
            if name.startswith(main):
                _unlink(os.path.join(self.folder, name))


def remove_database(place: str) -> None:
    """Remove one generation with what lies beside it; who has it open goes on with it."""
    for ending in ("", *BESIDE):
        _unlink(place + ending)


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def identify(place: str) -> Mark | None:
    """What stands under a name now; None for nothing."""
    try:
        found = os.lstat(place)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def write_uri(place: str) -> str:
    """The name for SQLite by which a database is opened where it is there, and never made."""
    plain = (chr(byte) if 32 < byte < 127 and byte not in b"%?#" else f"%{byte:02x}" for byte in os.fsencode(place))
    return f"file://{''.join(plain)}?mode=rw"


def connect(place: str, wait: float) -> tuple[sqlite3.Connection, Mark]:
    """(a generation opened so that it stays whole until it is closed, even if it is removed; what it is).

    wait: seconds, for other processes that write it. Gone where it was removed before; sqlite3.Error.
    """
    mark = identify(place)
    if mark is None:
        raise Gone(place)
    db = None
    try:
        db = sqlite3.connect(write_uri(place), timeout=wait, isolation_level=None, uri=True)
        db.execute("PRAGMA synchronous=OFF")
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        if db is not None:
            db.close()
        if identify(place) != mark:
            raise Gone(place) from error
        raise
    if identify(place) != mark:
        db.close()
        raise Gone(place)
    return db, mark
