"""What the files no longer hold: rows and ids that were seen, named or sealed, and are not there. Store.

Layer: store, below index.py. Its one job is that no id is ever given twice, although a file may have lost its end: to a
crash of the disk, a restored backup, an editor, a checkout of an older commit. Four things remember:

- the index itself: how many rows of each file it has read (`seen`), and the highest number of each day (`given`). Both
  are carried into every index that is made in its place; only whoever deletes the cache makes it forget;
- rows that name a case of which there is no row (`named`): ids are counted without gaps, so a number above the last one
  of its day was given;
- seals, which say what a file's size was (`cut`);
- rows of audit that declare a shorter file meant (`adopted`): of a file with the highest seq that it ever had, and of a
  day with the highest number that was given. They outlast every index, and what they tell of is no fault any more.

All tables but `adopted` are empty where nothing is missing, so that asking costs nothing.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from dispatchctl.errors import Fault
from dispatchctl.registers import Pages, case_of
from dispatchctl.registers.page import split_items
from dispatchctl.registers.row import Row, split_file_name
from dispatchctl.store.chain import ADOPT
from dispatchctl.store.files import RecordFile, list_files, name_file, parse_file_name
from dispatchctl.store.folder import has_seals
from dispatchctl.store.keys import count_ids, make_id, note_number, split_id
from dispatchctl.store.reading import UNREADABLE
from dispatchctl.store.schema import BASE

SHORT = "fewer-rows"  # the code of these faults


Day = tuple[str, str, str]  # register, writer, day as YYYYMMDD: what ids are numbered by


class Adopted(NamedTuple):
    """What a row of audit declares: of a file (`orders/2026-11.main`) the highest seq that it ever had, or of the `day`
    of its ids the highest number.
    """

    name: str
    day: Day | None
    highest: int


class Kept(NamedTuple):
    """What an index says was seen: (file, seq) and (register, writer, day as YYYYMMDD, number)."""

    files: list[tuple[str, int]]
    ids: list[tuple[str, str, str, int]]


class Short(NamedTuple):
    """A file that has fewer rows than it had. name: `orders/2026-11.main`. ref, case: of the row that names what is
    missing, "" where the index itself had read it.
    """

    register: str
    writer: str
    name: str
    fault: Fault
    case: str = ""
    ref: str = ""


# --- from one index to the next -----------------------------------------------------------------------------------


def spell_path(path: str) -> str:
    """A path as the stamp of an index has it; one that is not UTF-8 is spelled out."""
    return os.fsencode(path).decode(errors="backslashreplace")


def keep_seen(db: sqlite3.Connection, path: str, *, damaged: bool = False) -> Kept:
    """What an index says was seen of the records folder at `path`, before its tables are dropped; nothing where it is
    another folder's. One of an older release knows it as well. damaged: as far as it can still be read.
    """

    def ask(query: str) -> list[Any]:
        try:
            return db.execute(query).fetchall()
        except sqlite3.DatabaseError as error:
            if damaged or "no such" in str(error):  # made by an older release
                return []
            raise

    stamp = ask("SELECT value FROM meta WHERE key = 'stamp'")
    if not stamp or not f"{stamp[0][0]} ".split(" ", 3)[-1].startswith(f"{spell_path(path)} "):
        return Kept([], [])
    files = ask("SELECT name, seq FROM files WHERE seq > 0") + ask("SELECT name, seq FROM seen")
    ids = [row for table in ("counters", "given") for row in ask(f"SELECT register, writer, day, number FROM {table}")]
    if damaged:
        files = [(name, seq) for name, seq in files if isinstance(seq, int) and _is_file_name(name)]
        ids = [(*day, number) for *day, number in ids if isinstance(number, int) and all(map(_is_word, day))]
    return Kept(files, ids)


def _is_file_name(name: object) -> bool:
    return isinstance(name, str) and parse_file_name(f"{name.partition('/')[2]}.csv") is not None


def _is_word(text: object) -> bool:
    return isinstance(text, str) and text.isascii() and text.isalnum()


def sow_seen(db: sqlite3.Connection, path: str, kept: Kept) -> None:
    """Make an empty database an index of the folder at `path` that knows what was seen, and nothing else."""
    for statement in filter(str.strip, BASE.split(";")):
        db.execute(statement)
    db.execute("INSERT INTO meta VALUES ('stamp', ?)", (f"seen - - {spell_path(path)}",))
    bring_seen(db, kept)


def bring_seen(db: sqlite3.Connection, kept: Kept) -> None:
    """Tell a new index what was seen before it."""
    seen = "INSERT INTO seen VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = MAX(seq, excluded.seq)"
    given = "INSERT INTO given VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = MAX(number, excluded.number)"
    db.executemany(seen, kept.files)
    db.executemany(given, kept.ids)


# --- while rows are taken in --------------------------------------------------------------------------------------


def note_named(db: sqlite3.Connection, rows: Iterable[Row], pages: Pages) -> None:
    """Remember which cases and contacts rows name, and what audit says was seen; after note_keys of the same rows."""
    contacts: set[tuple[str, str]] = set()
    named: dict[str, Row] = {}
    for row in rows:
        for name, many, contact in _name_fields(pages, row.register):
            text = row.fields.get(name)
            if not text:
                continue
            if contact:
                contacts.add(("contacts", text))
            else:
                for item in split_items(text) if many else (text,):
                    named.setdefault(case_of(item), row)
        if row.event == "adopted":
            note_adopted(db, row)
    count_ids(db, contacts)
    highest: dict[Day, tuple[int, Row]] = {}
    for case, row in named.items():
        register, found = pages.letters.get(case[:1], ""), split_id(case)
        if register and case[1:2] == "-" and found is not None:
            key, number = (register, *found[:2]), found[2]
            if key not in highest or number > highest[key][0]:
                highest[key] = number, row
    for key, (number, row) in highest.items():
        query = "SELECT number FROM counters WHERE register = ? AND writer = ? AND day = ?"
        known = db.execute(query, key).fetchone()
        if known is None or known[0] < number:
            db.execute(
                "INSERT INTO named VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = excluded.number,"
                " id = excluded.id, ref = excluded.ref WHERE excluded.number > number",
                (*key, number, row.id, row.ref),
            )


@cache
def _name_fields(pages: Pages, register: str) -> tuple[tuple[str, bool, bool], ...]:
    """(field, whether it is a list, whether it names a contact) of what may name a case or a contact."""
    fields = pages.get(register).fields
    return tuple((each.name, each.many, each.type == "contact") for each in fields if each.type in ("case", "contact"))


def read_adopted(row: Row) -> Adopted | None:
    """What a row declares meant: `subject` a file with `rows`, its highest seq, or with a `period` too, a day and its
    number. None for a row of anything else.
    """
    if row.register != "audit" or row.event != "adopted":
        return None
    subject, day, rows = (row.fields.get(name, "") for name in ("subject", "period", "rows"))
    register, _, file = subject.partition("/")
    parsed = parse_file_name(f"{file}.csv")
    if parsed is None or not rows.isdecimal():
        return None
    return Adopted(subject, (register, parsed[1], day.replace("-", "")) if day else None, int(rows))


def note_adopted(db: sqlite3.Connection, row: Row) -> None:
    """Remember what a row declares meant, if it does."""
    adopted = read_adopted(row)
    if adopted is None:
        return
    if adopted.day is not None:
        note_number(db, adopted.day, adopted.highest)
    else:
        query = "INSERT INTO adopted VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = MAX(seq, excluded.seq)"
        db.execute(query, (adopted.name, adopted.highest))


def note_sealed_sizes(db: sqlite3.Connection, path: str, label: str, changed: Iterable[tuple[RecordFile, int]]) -> None:
    """Remember of files just read, with their sizes in bytes, those that are smaller than their seal says."""
    if not has_seals(path):
        return
    from dispatchctl.errors import BadData
    from dispatchctl.store.seals import read_seal

    seals: dict[tuple[str, str], dict[str, int]] = {}
    for file, size in changed:
        name, month, writer = f"{file.register}/{file.name}", file.month, file.writer
        if (month, writer) not in seals:
            try:
                seal = read_seal(path, label, month, writer)
            except BadData:  # `records verify` tells of it
                seal = None
            seals[month, writer] = {each.file: each.size for each in seal.files} if seal is not None else {}
        sealed = seals[month, writer].get(f"{name}.csv", 0)
        db.execute("DELETE FROM cut WHERE name = ?", (name,))
        if size < sealed:
            db.execute("INSERT INTO cut VALUES (?, ?, ?, ?)", (name, sealed, size, f"{month}.{writer}.yaml"))


def settle_tails(db: sqlite3.Connection) -> None:
    """Forget what is there again, or was declared meant, once all files have been read."""
    db.execute(
        "DELETE FROM seen WHERE EXISTS (SELECT 1 FROM files f WHERE f.name = seen.name AND f.seq >= seen.seq)"
        " OR EXISTS (SELECT 1 FROM adopted a WHERE a.name = seen.name AND a.seq >= seen.seq)"
    )
    for table in ("given", "named"):
        reached = " AND ".join(f"c.{name} = {table}.{name}" for name in ("register", "writer", "day"))
        reached += f" AND c.number >= {table}.number"
        db.execute(f"DELETE FROM {table} WHERE EXISTS (SELECT 1 FROM counters c WHERE {reached})")


# --- what is missing ----------------------------------------------------------------------------------------------


def highest_number(db: sqlite3.Connection, register: str, writer: str, day: str) -> int:
    """The highest number that an id of the register by that writer on that day (YYYYMMDD) ever had; 0 for none."""
    union = " UNION ALL ".join(
        f"SELECT number FROM {table} WHERE register = ?1 AND writer = ?2 AND day = ?3"
        for table in ("counters", "given", "named")
    )
    return int(db.execute(f"SELECT MAX(number) FROM ({union})", (register, writer, day)).fetchone()[0] or 0)


def list_lost(db: sqlite3.Connection, register: str, writer: str, month: str) -> list[tuple[str, int, int]]:
    """(day as YYYYMMDD, last number there, highest ever) of a month (YYYY-MM) whose last ids are gone, by day."""
    days: dict[str, int] = {}
    for table in ("given", "named"):
        query = f"SELECT day, number FROM {table} WHERE register = ? AND writer = ? AND day LIKE ?"
        for day, number in db.execute(query, (register, writer, f"{month.replace('-', '')}__")):
            days[day] = max(days.get(day, 0), number)
    lost = []
    for day, number in sorted(days.items()):
        query = "SELECT number FROM counters WHERE register = ? AND writer = ? AND day = ?"
        known = db.execute(query, (register, writer, day)).fetchone()
        if known is None or known[0] < number:
            lost.append((day, known[0] if known else 0, number))
    return lost


def list_short(db: sqlite3.Connection, path: str, label: str, pages: Pages) -> list[Short]:
    """Every file that has fewer rows than it had, as far as this index knows; files without a readable header apart,
    which are faults already. path, label: those of the records folder.
    """
    found: dict[str, Short] = {}
    unread = {file for (file,) in db.execute("SELECT file FROM faults WHERE code = ?", (UNREADABLE,)).fetchall()}
    for name, sealed, size, seal in db.execute("SELECT name, sealed, size, seal FROM cut").fetchall():
        _add(found, name, explain_cut(label, name, size, sealed, seal))
    for name, seq, present in db.execute(
        "SELECT s.name, s.seq, COALESCE(f.seq, -1) FROM seen s LEFT JOIN files f ON f.name = s.name"
    ).fetchall():
        register, _, file = name.partition("/")
        if register not in pages.names:
            continue
        month, writer, _ = split_file_name(file)
        gone = _say_lost(pages, register, writer, list_lost(db, register, writer, month))
        message = f"has {_count(present)}, and {seq} were read here before: its end is gone{gone}"
        if present < 0:
            message = f"is gone, and {_count(seq)} of it had been read here{gone}"
        _add(found, name, _explain(label, name, message))
    for register, writer, day, number, case, ref in db.execute("SELECT * FROM named").fetchall():
        known = db.execute(
            "SELECT number FROM counters WHERE register = ? AND writer = ? AND day = ?", (register, writer, day)
        ).fetchone()
        lost = (register, writer, day, known[0] if known else 0, number)
        fault = explain_named(path, label, pages, lost, ref)
        _add(found, fault.file.removeprefix(f"{label}/").removesuffix(".csv"), fault, case, ref)
    return [each for each in found.values() if each.fault.file not in unread]


def explain_cut(label: str, name: str, size: int, sealed: int, seal: str) -> Fault:
    """The fault of a file that has fewer bytes than its seal says; size: -1 where it is gone."""
    message = f"is gone, and is sealed ({seal})"
    if size >= 0:
        message = f"has {size} bytes and was sealed with {sealed} ({seal}): its end is gone"
    return Fault(f"{label}/{name}.csv", 0, 0, SHORT, message, hint="take it back from a backup or from git")


def _count(rows: int) -> str:
    return f"{rows} row{'s' if rows != 1 else ''}"


def explain_named(path: str, label: str, pages: Pages, lost: tuple[str, str, str, int, int], ref: str) -> Fault:
    """The fault of a file whose last cases are gone, as another row shows. lost: register, writer, day (YYYYMMDD), the
    last number there, the highest that the row `ref` names. path, label: of the records folder.
    """
    register, writer, day, last, number = lost
    name = _last_file(path, label, register, f"{day[:4]}-{day[4:6]}", writer)
    said = _say_lost(pages, register, writer, [(day, last, number)])
    wanted = make_id(pages.get(register).letter, day, writer, number)
    return _explain(label, name, f"its end is gone{said}: {ref} names {wanted}")


def _explain(label: str, name: str, message: str) -> Fault:
    hint = "take it back from a backup or from git; where the shorter file is meant: "
    hint += f"{ADOPT} {label}/{name}.csv --reason TEXT"
    return Fault(f"{label}/{name}.csv", 0, 0, SHORT, message, hint=hint)


def say_where(fault: Fault, own: str) -> Fault:
    """The fault of a record file with a hint that can be followed: only the clone that writes it may adopt it.

    own: who this clone writes as, "" where it does not yet.
    """
    if not own or ADOPT not in fault.hint:
        return fault
    _, writer, _ = split_file_name(fault.file.rpartition("/")[2].removesuffix(".csv"))
    if writer == own:
        return fault
    return fault._replace(hint=fault.hint.replace(ADOPT, f"in the clone that writes as {writer}, {ADOPT}"))


def _add(found: dict[str, Short], name: str, fault: Fault, case: str = "", ref: str = "") -> None:
    if name not in found:
        register, _, file = name.partition("/")
        found[name] = Short(register, split_file_name(file)[1], name, fault, case, ref)


def _last_file(path: str, label: str, register: str, month: str, writer: str) -> str:
    """The name of the writer's newest file of a month, the first one's where there is none."""
    mine = [each for each in list_files(path, label, register) if (each.month, each.writer) == (month, writer)]
    file = mine[-1] if mine else name_file(path, label, register, month, writer, 1)
    return f"{register}/{file.name}"


def _say_lost(pages: Pages, register: str, writer: str, lost: Iterable[tuple[str, int, int]]) -> str:
    """`, with O-20261103-0004 to O-20261103-0006`; "" where no id is gone with the rows."""
    named = list(_spell_lost(pages, register, writer, lost))
    return f", with {', '.join(named[:3])}{' ...' if len(named) > 3 else ''}" if named else ""


def _spell_lost(pages: Pages, register: str, writer: str, lost: Iterable[tuple[str, int, int]]) -> Iterator[str]:
    for day, last, highest in lost:
        first, end = (make_id(pages.get(register).letter, day, writer, number) for number in (last + 1, highest))
        yield first if first == end else f"{first} to {end}"
