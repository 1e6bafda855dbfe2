"""Where each private contact stands, in the index: its line's place and keyed hashes, never a text of it.

Layer: store, below index.py. Its one job is to follow the private file as it grows or is written anew.
"""

import os
import sqlite3

from dispatchctl.errors import BadData, SystemFailed
from dispatchctl.store.folder import CONTACTS
from dispatchctl.store.keys import count_ids


def stat_contacts(path: str) -> str:
    """A mark of the file's present state, `size:mtime:inode`, "" where there is none; path: the records folder's.

    Another inode: rewritten by an erasure, all places are new. The same inode and a larger size: lines were added.
    """
    try:
        status = os.stat(f"{path}/{CONTACTS}", follow_symlinks=False)
    except FileNotFoundError:
        return ""
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"


def read_mark(path: str) -> str:
    """The mark of the private file of the records folder at `path`; "" where there is none that may be read."""
    try:
        return stat_contacts(path)
    except PermissionError:  # for others than the desk: they see cases without names
        return ""


def take_in_contacts(db: sqlite3.Connection, path: str, mark: str, before: str, end: int, key: bytes) -> int:
    """Bring the table of contacts up to date; how far the file was read, which is where the next call begins.

    mark, before: that of the file now, and when it was read up to `end`. key: of the hashes.
    """
    from dispatchctl.store import contacts as private  # most commands find the file as it was

    same = bool(before) and before.rpartition(":")[2] == mark.rpartition(":")[2]
    if not same or int(mark.partition(":")[0]) < end or not _still_stands(db, path, key):
        end = 0
        db.execute("DELETE FROM contacts")
    rows = []
    try:
        for place, length, contact in private.iterate_contacts(path, end):
            rows.append((contact.contact_id, place, length, *private.hash_contact(contact, key)))
            end = place + length
    except SystemFailed as error:
        if not isinstance(error.__cause__, PermissionError):
            raise
    db.executemany("INSERT OR REPLACE INTO contacts VALUES (?, ?, ?, ?, ?)", rows)
    count_ids(db, [("contacts", row[0]) for row in rows])
    return end


def _still_stands(db: sqlite3.Connection, path: str, key: bytes) -> bool:
    """Whether the last line read is still there: after a failed append it was cut off and another may stand there."""
    from dispatchctl.store import contacts as private

    last = db.execute("SELECT * FROM contacts ORDER BY place DESC LIMIT 1").fetchone()
    if last is None:
        return False
    try:
        contact = private.read_line(path, last[1], last[2])
    except (BadData, SystemFailed):
        return False
    return contact is not None and (contact.contact_id, *private.hash_contact(contact, key)) == (last[0], *last[3:])


def make_secret() -> bytes:
    """A secret for the hashes: made anew with each index, so that they say nothing outside of it."""
    return os.urandom(16)
