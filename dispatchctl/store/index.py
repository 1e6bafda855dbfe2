"""The index: a disposable SQLite cache of what the record files say by now. Store.

It holds what judging the rows gave: every case's state, every clock instance, and where each family's rows stand. It
is only ever a function of the files and the rules, so that any doubt about it (another version, a file that shrank or
came late, a damaged page) is answered by making it anew. `Judge` is handed in: what rows mean is not the store's
business.

Several processes share it. A command reads from one snapshot of it, taken when it last caught up, so that another one
that makes it anew meanwhile is not seen half. Where its stamp differs it is made anew inside the database, in one
transaction; where it is damaged, or on demand, as another generation (see generations.py).
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from heapq import merge
from itertools import chain, groupby, zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatchctl import sizes
from dispatchctl.errors import Fault, SystemFailed
from dispatchctl.registers import Pages
from dispatchctl.registers.row import Row
from dispatchctl.store.chain import Position
from dispatchctl.store.conditions import CHANGEABLE
from dispatchctl.store.contact_places import make_secret, read_mark, take_in_contacts
from dispatchctl.store.files import RecordFile, list_files, open_regular
from dispatchctl.store.gathering import PLACE, Gathered, Gathering, PlacedRow
from dispatchctl.store.generations import Generations, Gone, Mark, connect, identify, remove_database
from dispatchctl.store.keys import count_damaged_ids, note_keys
from dispatchctl.store.reading import iterate_file, rows_at
from dispatchctl.store.schema import (
    FACT_TABLES,
    all_statements,
    case_columns,
    counted_columns,
    insert_statement,
    quote,
)
from dispatchctl.store.tails import (
    Kept,
    Short,
    bring_seen,
    highest_number,
    keep_seen,
    list_short,
    note_adopted,
    note_named,
    note_sealed_sizes,
    settle_tails,
    sow_seen,
)

if TYPE_CHECKING:  # a command that finds nothing new judges nothing
    from dispatchctl.store.fact_rows import ChargeRow, FactRow, ScoreRow
    from dispatchctl.store.judge import Judge
    from dispatchctl.store.judgements import ClockRow, Judged

FORMAT = 10  # of the tables; another number makes a new index
TRIES = 5  # to read files that others change meanwhile
WAIT = 10.0  # seconds for another process that writes the index
UNHARMED = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")

Histories = dict[str, list[tuple[Any, ...]]]  # of the staff: id -> (at, state, facts), by time


class Seen(NamedTuple):
    """What the index knows of a file: its number, how far it was read, and its status then."""

    no: int
    size: int
    seq: int
    crc: int
    columns: str
    recorded: int
    disk_size: int
    mtime: int
    inode: int
    rows: int


Change = tuple[RecordFile, Seen | None, os.stat_result]  # (file, what is known of it, its status now)


class Stale(Exception):
    """The index cannot go on from where it is: files it has read have changed or gone."""


def is_unharmed(error: sqlite3.Error) -> bool:
    """Whether an index that gave this error is sound: it was busy, or cannot be written; else another is to be made."""
    return getattr(error, "sqlite_errorname", "").startswith(UNHARMED)


def find_generations(cache: str) -> Generations:
    """Where the index of a cache folder is; "" keeps none."""
    return Generations(cache, "index")


def begin_index(generations: Generations, path: str) -> str:
    """A generation to be filled and published: it knows what was seen of the records folder at `path`, even where the
    newest one is damaged. Its path; OSError, sqlite3.Error.
    """
    newest = generations.newest()
    kept = Kept([], [])
    if newest:
        try:
            with closing(connect(newest, WAIT)[0]) as db:
                db.execute("PRAGMA cell_size_check=ON")
                db.execute("BEGIN")  # one snapshot: others may take in rows meanwhile
                kept = keep_seen(db, path, damaged=True)
        except (Gone, sqlite3.DatabaseError):
            pass
    place = generations.begin()
    try:
        with closing(connect(place, WAIT)[0]) as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("BEGIN")
            sow_seen(db, path, kept)
            db.execute("COMMIT")
    except BaseException:
        remove_database(place)
        raise
    return place


@contextmanager
def pause_collector() -> Iterator[None]:
    """Do without the cyclic garbage collector: what a rebuild makes is freed without it, an eighth sooner."""
    import gc

    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


class Index:
    """The cache of one records folder; empty or of whatever state until catch_up is called.

    path and label: those of the records folder. place: a generation's file, "" in memory; Gone where it was removed
    meanwhile. stamp: a text that differs
    where the rules, the program or the folder do; an index with another one is made anew. pages: of the registers it
    holds. until: rows recorded later (microseconds) are left out. counted: the events, as `orders.paid`, of which it
    keeps every row; the stamp must differ where they do.
    """

    def __init__(
        self,
        path: str,
        label: str,
        place: str,
        stamp: str,
        pages: Pages,
        until: int | None = None,
        counted: tuple[str, ...] = (),
    ) -> None:
        self.path, self.label, self.place, self.stamp, self.until = path, label, place, stamp, until
        self.pages, self.counted = pages, counted
        self._mark: Mark | None = None
        if place:
            self.db, self._mark = connect(place, WAIT)
        else:
            self.db = sqlite3.connect(":memory:", isolation_level=None, uri=True)
        self._writing = False
        self._version = -1  # changes when another process has written
        self._rows: dict[str, list[Row]] = {}  # families read or written in this process, by id
        self._handles: dict[int, tuple[RecordFile, tuple[str, ...]]] = {}

    # --- its own state --------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Keep what catch_up was told to hold."""
        if self.db.in_transaction:
            self.db.execute("COMMIT")
        self._writing = False

    def close(self) -> None:
        """Let go of the database; what was not committed is forgotten."""
        self.db.close()

    def still_stands(self) -> bool:
        """Whether its file can be opened once more, by its name."""
        return self._mark is not None and identify(self.place) == self._mark

    def get_meta(self, key: str) -> Any:
        """A value kept beside the tables, or None."""
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def put_meta(self, key: str, value: Any) -> None:
        """Keep a value beside the tables."""
        self.db.execute("INSERT OR REPLACE INTO meta(key, value) VALUES (?, ?)", (key, value))

    def _begin(self, judge: "Judge", mode: str) -> None:
        """Begin a snapshot (DEFERRED) or a transaction that writes (IMMEDIATE, which waits for other writers)."""
        self.commit()
        self.db.execute(f"BEGIN {mode}")
        self._writing = mode == "IMMEDIATE"
        version = self.db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self._version = version
            self._forget(judge)

    def _rollback(self, judge: "Judge") -> None:
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")
        self._writing = False
        self._forget(judge)

    def _forget(self, judge: "Judge") -> None:
        self._rows.clear()
        self._handles.clear()
        judge.forget()

    def _has_stamp(self) -> bool:
        try:
            return bool(self.get_meta("stamp") == self.stamp)
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return False
            raise

    def _make(self, judge: "Judge") -> None:
        """Empty tables, in the place of whatever is there; what was seen before is kept (see tails.py)."""
        kept = keep_seen(self.db, self.path)
        found = self.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in found:
            if not name.startswith("sqlite_"):
                self.db.execute(f"DROP TABLE {quote(name)}")
        for statement in all_statements(self.pages, self.counted).split(";"):
            if statement.strip():
                self.db.execute(statement)
        self.put_meta("stamp", self.stamp)
        bring_seen(self.db, kept)
        self._forget(judge)

    # --- catching up ----------------------------------------------------------------------------------------------

    def catch_up(self, judge: "Judge", *, hold: bool = False) -> None:
        """Take in whatever the files have gained since last time; make it anew where they did not only grow.

        hold: leave what was taken in to a later `commit`; other processes that want to write the index wait for it.
        SystemFailed where the files keep changing while they are read.
        """
        anew = False
        for _ in range(TRIES):
            try:
                if not self._writing:
                    self._begin(judge, "DEFERRED")
                    if not anew and self._has_stamp() and not self._is_behind():
                        return
                    before = self._version
                    self._begin(judge, "IMMEDIATE")
                    anew = anew and self._version == before  # else another process has just made it anew
                if anew or not self._has_stamp():
                    self._make(judge)
                    with pause_collector():
                        self._take_in_changes(judge)
                else:
                    self._take_in_changes(judge)
            except (Stale, FileNotFoundError):
                self._rollback(judge)
                anew = True
                continue
            except BaseException:
                self._rollback(judge)
                raise
            if not hold:
                self._begin(judge, "DEFERRED")
            return
        raise SystemFailed("the files keep changing while they are read", place=self.label, hint="run it again")

    def _is_behind(self) -> bool:
        return bool(self._list_changes()) or read_mark(self.path) != (self.get_meta("contacts") or "")

    def _list_changes(self) -> list[Change]:
        known = {
            name: Seen(*rest)
            for name, *rest in self.db.execute(
                "SELECT name, no, size, seq, crc, columns, recorded, disk_size, mtime, inode, rows FROM files"
            )
        }
        changes: list[Change] = []
        for register in self.pages.names:
            for file in list_files(self.path, self.label, register):
                seen = known.pop(f"{register}/{file.name}", None)
                try:
                    status = os.stat(file.path, follow_symlinks=False)
                except FileNotFoundError:
                    raise Stale(f"{file.label} is gone") from None
                mark = (status.st_size, status.st_mtime_ns, status.st_ino)
                if seen is None or (seen.disk_size, seen.mtime, seen.inode) != mark:
                    changes.append((file, seen, status))
        if known:
            raise Stale(f"{next(iter(known))}.csv is gone")
        return changes

    def catch_up_contacts(self, judge: "Judge") -> None:
        """Take in what the contacts' file has gained and nothing else: an import looks for those that it wrote."""
        if not self._writing:
            self._begin(judge, "IMMEDIATE")
        self._take_in_contacts()
        self._begin(judge, "DEFERRED")

    def _take_in_contacts(self) -> None:
        mark, before = read_mark(self.path), self.get_meta("contacts") or ""
        if mark != before:
            end = int(self.get_meta("contacts_end") or 0)
            end = take_in_contacts(self.db, self.path, mark, before, end, self.contact_key())
            self.put_meta("contacts", mark)
            self.put_meta("contacts_end", end)

    def _take_in_changes(self, judge: "Judge") -> None:
        self._take_in_contacts()
        changes = self._list_changes()
        self._refuse_changed(changes)
        staff = [change for change in changes if change[0].register == "staff"]
        if staff:  # first: who owes a clock depends on them
            self._take_in(staff, judge)
            self._meet_staff(judge)
        self._take_in([change for change in changes if change[0].register != "staff"], judge)
        note_sealed_sizes(self.db, self.path, self.label, ((file, status.st_size) for file, _, status in changes))
        settle_tails(self.db)

    def _refuse_changed(self, changes: list[Change]) -> None:
        """Stale where a file did not only grow; where it has a fault too, since that may reach into what follows."""
        faulty = {file for (file,) in self.db.execute("SELECT DISTINCT file FROM faults")}
        for file, seen, status in changes:
            if seen is None:
                if self._later_exists(file):
                    raise Stale(f"{file.label} comes before a file already read")
                continue
            grew = status.st_size > seen.disk_size and status.st_ino == seen.inode
            if not grew or file.label in faulty or not self._still_ends(file, seen):
                raise Stale(f"{file.label} did not only grow")
            if self._later_exists(file):  # its chain goes on there
                raise Stale(f"{file.label} grew after another was begun")

    def _still_ends(self, file: RecordFile, seen: Seen) -> bool:
        """Whether the last row that was read still stands where it stood; an edit before it is left to `check`."""
        if seen.seq == 0:
            return True
        with open_regular(file.path, file.label) as descriptor:
            return os.pread(descriptor, 9, seen.size - 9) == b"%08x\n" % seen.crc

    def _later_exists(self, file: RecordFile) -> bool:
        query = "SELECT 1 FROM files WHERE register = ? AND writer = ? AND (month, part) > (?, ?)"
        return self.db.execute(query, (file.register, file.writer, file.month, file.part)).fetchone() is not None

    def _meet_staff(self, judge: "Judge") -> None:
        """Hand the staff register over, keep what it says of people, and judge anew what that may have moved."""
        import marshal

        places = self.db.execute("SELECT id, places FROM families WHERE id IN (SELECT family FROM staff)").fetchall()
        people = judge.meet([self._rows_at(root, blob) for root, blob in places])
        plain = {staff: [tuple(entry) for entry in entries] for staff, entries in people.histories.items()}
        kept = self.get_meta("people")
        since = find_change(marshal.loads(kept) if kept else {}, plain)
        if since is None:
            return
        self.put_meta("people", marshal.dumps(plain))
        # Nothing happens later than it is recorded, so what a fact is about held before `since` in all other rows.
        grown = self.db.execute("SELECT DISTINCT register FROM files WHERE recorded >= ?", (since * 1_000_000,))
        recent = "".join(
            f" UNION SELECT family FROM {quote(register)} WHERE recorded >= {since * 1_000_000}"
            for (register,) in grown.fetchall()
        )
        touched = self.db.execute(
            f"SELECT id, places FROM families WHERE id IN (SELECT family FROM clocks WHERE {CHANGEABLE}{recent})",
            (since, since),
        ).fetchall()
        self._store((root, judge.judge(root, self._rows_at(root, blob)), True) for root, blob in touched)

    def _take_in(self, changes: list[Change], judge: "Judge") -> None:
        """Read on in these files and judge what their rows touch, month by month, a chunk of rows at a time."""
        for _, month in groupby(sorted(changes, key=_name_month), key=_name_month):
            # Files of one chain one after the other: the next begins with the crc that the one before ends with.
            parts = groupby(sorted(month, key=_name_chain), key=lambda change: _name_chain(change)[:2])
            chains = [chain.from_iterable(map(self._read_on, list(part))) for _, part in parts]
            stream = chains[0] if len(chains) == 1 else merge(*chains, key=lambda placed: placed.row.recorded)
            chunk: list[PlacedRow] = []
            for placed in stream:
                chunk.append(placed)
                if len(chunk) >= sizes.ROWS_JUDGED:
                    self._judge_rows(chunk, judge)
                    chunk = []
            if chunk:
                self._judge_rows(chunk, judge)

    def _read_on(self, change: Change) -> Iterator[PlacedRow]:
        """The rows that a file has gained; when the last was taken, the file is noted as read so far."""
        file, seen, status = change
        name = f"{file.register}/{file.name}"
        position = Position(0, 0, 0, (), 0)
        if seen is None:
            number = self.db.execute("SELECT COALESCE(MAX(no), 0) + 1 FROM files").fetchone()[0]
            self.db.execute("INSERT INTO files(no, name) VALUES (?, ?)", (number, name))
        else:
            number = seen.no
            if seen.columns:
                position = Position(seen.size, seen.seq, seen.crc, tuple(seen.columns.split(",")), seen.recorded)
        crc_before = self._crc_before(file)
        since, damaged, count = position if position.columns else None, False, seen.rows if seen is not None else 0
        for read in iterate_file(file, since, crc_before, self.pages.events(file.register)):
            position = read.position
            if position.columns:
                self._handles[number] = file, position.columns
            self.db.executemany("INSERT INTO faults VALUES (?, ?, ?, ?, ?, ?, ?)", read.faults)
            count += len(read.rows)
            for offset, length, row in read.rows:
                if self.until is None or row.recorded <= self.until:
                    yield PlacedRow(number, offset, length, row)
                elif row.event == "adopted":  # of the files as they are now, however far one looks back
                    note_adopted(self.db, row)
            damaged = damaged or bool(read.faults)
        if damaged:
            count_damaged_ids(self.db, file)
        size, seq, crc, columns, recorded = position
        self.db.execute(
            "REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, name, file.register, file.month, file.writer, file.part, size, seq, crc, ",".join(columns),
             recorded, status.st_size, status.st_mtime_ns, status.st_ino, crc_before, count),
        )  # fmt: skip

    def _crc_before(self, file: RecordFile) -> int:
        row = self.db.execute(
            "SELECT crc FROM files WHERE register = ? AND writer = ? AND (month, part) < (?, ?)"
            " ORDER BY month DESC, part DESC LIMIT 1",  # also a part that only names the crc to go on from
            (file.register, file.writer, file.month, file.part),
        ).fetchone()
        return row[0] if row else 0

    # --- judging --------------------------------------------------------------------------------------------------

    def _judge_rows(self, chunk: list[PlacedRow], judge: "Judge") -> None:
        gathering = Gathering(self._find_family, self.pages)
        for placed in chunk:
            gathering.take(placed)
        note_keys(self.db, (placed.row for placed in chunk))
        note_named(self.db, (placed.row for placed in chunk), self.pages)
        touched = list(gathering.families())
        families = [self._complete(family) for family in touched]
        self._keep_rows(families)
        self._store((root, judge.judge(root, rows), known) for root, rows, known in families)

    def _keep_rows(self, families: "Sequence[tuple[str, list[Row], bool]]") -> None:
        """Keep the rows of these families at hand, or, of many, none: what was kept of one lacks its new rows."""
        if len(self._rows) + len(families) > sizes.FAMILIES_KEPT:
            self._rows.clear()
        if len(families) <= sizes.FAMILIES_KEPT:
            self._rows.update((root, rows) for root, rows, _ in families)

    def _find_family(self, register: str, case: str) -> str:
        if not register:
            return self.family_of(case)
        row = self.db.execute(f"SELECT family FROM {quote(register)} WHERE id = ?", (case,)).fetchone()
        return str(row[0]) if row else ""

    def _complete(self, family: Gathered) -> tuple[str, list[Row], bool]:
        """(root, all its rows, whether the tables may hold something of it), its places being kept."""
        places, rows, known = bytes(family.places), family.rows, False
        for root in (*family.merged, family.root):
            before = self.db.execute("SELECT places FROM families WHERE id = ?", (root,)).fetchone()
            if before is None:
                continue
            known = True
            places, rows = before[0] + places, self._rows_at(root, before[0]) + rows
            if root != family.root:
                self.db.execute("DELETE FROM families WHERE id = ?", (root,))
                self._drop_judged(root)
                self._rows.pop(root, None)
        self.db.execute("INSERT OR REPLACE INTO families VALUES (?, ?)", (family.root, places))
        return family.root, rows, known

    def _store(self, results: "Iterable[tuple[str, Judged, bool]]") -> None:
        """Put the judgements of families in the tables; the flag says that older ones may stand there."""
        clocks: list[ClockRow] = []
        charges: list[ChargeRow] = []
        facts: list[FactRow] = []
        scores: list[ScoreRow] = []
        cases: dict[str, list[tuple[Any, ...]]] = {}
        counted: dict[str, list[tuple[Any, ...]]] = {}
        for root, judged, known in results:
            if known:
                self._drop_judged(root)
            clocks += judged.clocks
            charges += judged.charges
            facts += judged.facts
            scores += judged.scores
            for register, values in judged.cases:
                cases.setdefault(register, []).append(values)
            for event, values in judged.rows:
                counted.setdefault(event, []).append(values)
        tables: tuple[tuple[str, Sequence[Any]], ...] = (
            ("clocks", clocks),
            ("charges", charges),
            ("facts", facts),
            ("scores", scores),
        )
        for table, rows in tables:
            # SQLite's module takes plain tuples a third faster than tuples with names.
            if rows:
                self.db.executemany(insert_statement(table, rows[0]._fields), map(tuple, rows))
        for register, found in cases.items():
            self.db.executemany(insert_statement(register, case_columns(self.pages.get(register))), found)
        for name, found in counted.items():
            self.db.executemany(insert_statement(name, counted_columns(name, self.pages)), found)

    def _drop_judged(self, root: str) -> None:
        for table in ("clocks", *FACT_TABLES, *self.counted):
            self.db.execute(f"DELETE FROM {quote(table)} WHERE family = ?", (root,))

    def family_of(self, case: str) -> str:
        """The root of the family that a case belongs to; "" for an unknown one."""
        likely = self.pages.letters.get(case[:1], "")  # a person's own id may begin with any letter
        for each in sorted(self.pages.names, key=lambda name: name != likely):
            row = self.db.execute(f"SELECT family FROM {quote(each)} WHERE id = ?", (case,)).fetchone()
            if row:
                return str(row[0])
        return ""

    def contact_key(self) -> bytes:
        """The secret of this index's hashes."""
        key = self.get_meta("contact_key")
        if key is None:
            key = make_secret()
            self.put_meta("contact_key", key)
        return bytes(key)

    # --- reading --------------------------------------------------------------------------------------------------

    def family_rows(self, case: str) -> list[Row]:
        """Every row of the family that a case belongs to; empty for an unknown case."""
        root = self.family_of(case)
        if root and root not in self._rows:
            places = self.db.execute("SELECT places FROM families WHERE id = ?", (root,)).fetchone()
            self._rows[root] = self._rows_at(root, places[0]) if places else []
        return self._rows.get(root, [])

    def _rows_at(self, root: str, places: bytes) -> list[Row]:
        if root in self._rows:
            return self._rows[root]
        grouped: dict[int, list[tuple[int, int]]] = {}
        for number, offset, length in PLACE.iter_unpack(places):
            grouped.setdefault(number, []).append((offset, length))
        rows = []
        for number, found in grouped.items():
            if number not in self._handles:
                self._handles[number] = self._open_file(number)
            file, columns = self._handles[number]
            rows += rows_at(file, found, columns)
        return rows

    def _open_file(self, number: int) -> tuple[RecordFile, tuple[str, ...]]:
        """A file by its number and its columns. sqlite3.DatabaseError where the index has none of this number: it is
        damaged, which SQLite need not notice.
        """
        found = self.db.execute("SELECT name, columns FROM files WHERE no = ?", (number,)).fetchone()
        name, columns = found or ("", "")
        register = name.partition("/")[0]
        for each in list_files(self.path, self.label, register) if found else ():
            if f"{register}/{each.name}" == name:
                return each, tuple(columns.split(","))
        raise sqlite3.DatabaseError("the index names a file that it does not have")

    def faults(self) -> list[Fault]:
        """What was wrong with the rows read so far."""
        return [Fault(*row) for row in self.db.execute("SELECT * FROM faults ORDER BY file, line")]

    def last_position(self, register: str, writer: str) -> tuple[Position, RecordFile, int] | None:
        """Where the writer's newest file of the register ends: (position, file, crc before it), None where none is."""
        row = self.db.execute(
            "SELECT no, size, seq, crc, columns, recorded, crc_before FROM files WHERE register = ? AND writer = ?"
            " ORDER BY month DESC, part DESC LIMIT 1",
            (register, writer),
        ).fetchone()
        if row is None:
            return None
        number, size, seq, crc, columns, recorded, crc_before = row
        position = Position(size, seq, crc, tuple(columns.split(",")) if columns else (), recorded)
        return position, self._open_file(number)[0], crc_before

    def last_recorded(self, writer: str) -> int:
        """The newest recorded_at of a writer over all registers, microseconds; 0 where there is none."""
        row = self.db.execute("SELECT MAX(recorded) FROM files WHERE writer = ?", (writer,)).fetchone()
        return int(row[0] or 0)

    def counter(self, register: str, writer: str, day: str) -> int:
        """The last number ever given to an id of the register by that writer on that day (YYYYMMDD)."""
        return highest_number(self.db, register, writer, day)

    def highest_seq(self, file: RecordFile) -> int:
        """The highest seq that a file is known to have had; 0 where audit does not tell."""
        row = self.db.execute("SELECT seq FROM adopted WHERE name = ?", (f"{file.register}/{file.name}",)).fetchone()
        return int(row[0]) if row else 0

    def list_short(self) -> list[Short]:
        """The files that have fewer rows than they had."""
        return list_short(self.db, self.path, self.label, self.pages)


def _name_month(change: Change) -> str:
    return change[0].month


def _name_chain(change: Change) -> tuple[str, str, int]:
    return change[0].register, change[0].writer, change[0].part


def find_change(before: Histories, after: Histories) -> int | None:
    """From when on (seconds) two accounts of the staff differ; None where they say the same."""
    found = []
    for staff in before.keys() | after.keys():
        for one, two in zip_longest(before.get(staff, ()), after.get(staff, ())):
            if one != two:
                found += [entry[0] for entry in (one, two) if entry is not None]
                break
    return min(found, default=None)
