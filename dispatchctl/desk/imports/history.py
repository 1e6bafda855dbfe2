"""Importing history: a whole input checked first, then written in appends that a crash can only cut short. Desk.

Idempotent by (source_ref, event): what is there already is passed over, so an import that was cut short is run again
and goes on. The index does not follow while an import runs, as that would cost more than the import: what has been
appended is known here, and only what others write meanwhile makes it catch up.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from dispatchctl import sizes
from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant
from dispatchctl.desk.imports.appends import Planned, Recorder, find_known, try_addition
from dispatchctl.desk.imports.conversion import Tables, fit_value, make_tables
from dispatchctl.desk.imports.eventlogs import LogReader
from dispatchctl.desk.imports.sieve import Sifted, Sifter
from dispatchctl.desk.recording import read_moment
from dispatchctl.desk.rights import require_right
from dispatchctl.errors import BadData, Fault, NotFound, SystemFailed
from dispatchctl.exchange.maps import REGISTERS, ImportMap, load_map
from dispatchctl.exchange.sources import Source, open_source
from dispatchctl.policy.loading import SIZE_LIMIT
from dispatchctl.policy.reading import find_nearest
from dispatchctl.policy.rights import IMPORT
from dispatchctl.store.bulk import Strip
from dispatchctl.store.folder import require_writer
from dispatchctl.store.journal import Draft

LISTED = 1000  # faults that are kept; the others are counted


class Outcome(NamedTuple):
    """What an import came to, in input rows. faults: at most LISTED of them. more: how many are not among them."""

    read: int
    imported: int
    skipped: int
    refused: int
    faults: list[Fault]
    more: int


class ImportTally:
    """Counts rows and keeps the first faults."""

    def __init__(self) -> None:
        self.read = self.imported = self.skipped = self.refused = self.found = 0
        self.faults: list[Fault] = []

    def count(self, sifted: Sifted, planned: Planned) -> None:
        """Count the rows of a chunk."""
        self.read += len(sifted.lines)
        self.imported += len(planned.rows)
        self.skipped += planned.skipped
        self.refused += len(sifted.faults)
        for row in sorted(sifted.faults):
            self.found += len(sifted.faults[row])
            self.faults += sifted.faults[row][: LISTED - len(self.faults)]

    def outcome(self) -> Outcome:
        """The counts, faults by line."""
        faults = sorted(self.faults, key=lambda fault: (fault.line, fault.column))
        return Outcome(self.read, self.imported, self.skipped, self.refused, faults, self.found - len(faults))


def load_import_map(books: Books, path: str) -> ImportMap:
    """The checked map in a file; NotFound where there is none, BadData with every fault at once."""
    try:
        with open(path, "rb") as file:
            text = file.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        raise NotFound("no such file", place=path) from None
    except OSError as error:
        raise SystemFailed(f"cannot be read: {error.strerror}", place=path) from error
    tables: dict[str, Tables] = {}

    def fit(field: str, value: str) -> str:
        register = REGISTERS[0]
        if register not in tables:
            tables[register] = make_tables(books, register)
        return fit_value(tables[register], field, value, books.timezone)

    found, faults = load_map(text, path, books.pages, fit)
    if found is None:
        raise BadData.of(faults)
    return found


def import_history(
    books: Books,
    path: str,
    map_path: str,
    *,
    skip_faults: bool = False,
    dry_run: bool = False,
    advance: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Import the rows of a file (`-`: standard input) as a map says; what it came to.

    skip_faults: import the other rows where some have faults; else a fault anywhere imports nothing. advance is told
    how many bytes of how many were worked through, twice the input's size in all.
    """
    writer = require_writer(books.folder)
    actor = require_actor(books)
    require_right(books, actor, IMPORT, "import")
    read_moment(books, "")
    wanted = load_import_map(books, map_path)
    source = open_source(path, wanted.encoding)
    try:
        job = Import(books, source, wanted, writer, actor, advance or (lambda done, size: None))
        job.check_columns(map_path)
        first = job.check()
        if dry_run or (first.faults and not skip_faults):
            stopped = first.faults and not skip_faults and not dry_run
            return first._replace(imported=0) if stopped else first
        return job.write()._replace(faults=first.faults, more=first.more)
    finally:
        source.close()


class Import:
    """One import under way."""

    def __init__(
        self,
        books: Books,
        source: Source,
        wanted: ImportMap,
        writer: str,
        actor: str,
        advance: Callable[[int, int], None],
    ) -> None:
        self.books, self.source, self.map, self.writer, self.actor = books, source, wanted, writer, actor
        self.advance = advance
        self.page = books.pages.get(wanted.register)
        tables = make_tables(books, wanted.register)
        self.sifter = Sifter(source, wanted, tables, books.policy, books.timezone, books.now)
        self.chunk = max(1, sizes.ROWS_APPENDED // len(self.sifter.parts))
        self.log = LogReader(books, wanted, self.sifter) if wanted.is_log else None
        self.repeated: dict[int, Fault] = {}  # input row -> its reference stands before
        self.recorder = Recorder(books, writer, actor, wanted.register)

    def check_columns(self, map_path: str) -> None:
        """BadData where the map names columns that the input has not: all of them, by the line of the map."""
        header = self.source.header
        if header is None:
            return
        faults = []
        for column, (line, place) in self.map.lines.items():
            if column not in header:
                near = find_nearest(column, header)
                hint = f"nearest: {near}" if near else f"there are: {', '.join(header[:12])}"
                message = f"{self.source.name} has no column {column[:60]!r}"
                faults.append(Fault(map_path, line, place, "no-column", message, "", hint))
            elif header.count(column) > 1:
                message = f"the column {column!r} stands twice in {self.source.name}"
                faults.append(Fault(map_path, line, place, "twice", message))
        if faults:
            raise BadData.of(sorted(faults, key=lambda fault: fault.line))

    def chunks(self, half: int, *, lint: bool) -> Iterator[tuple[int, Sifted]]:
        """(number of its first row, what its rows say) of each chunk; half: 0 in the first reading, 1 in the second."""
        number = 0
        for chunk in self.source.read_chunks(self.sifter.columns, self.chunk):
            sifted = self.sifter.sift(chunk, lint=lint)
            for row in range(number, number + chunk.height) if self.repeated else ():
                if row in self.repeated:
                    sifted.faults.setdefault(row - number, []).append(self.repeated[row])
            yield number, sifted
            number += chunk.height
            self.advance(half * self.source.size + self.source.position(), 2 * self.source.size)

    # --- first reading ----------------------------------------------------------------------------------------------

    def check(self) -> Outcome:
        """Go through the whole input without writing; what importing it would come to."""
        moment = read_moment(self.books, "")
        tally, hashes = ImportTally(), array("q")
        for _, sifted in self.chunks(0, lint=True):
            if self.log is None:
                hashes.extend(map(hash, sifted.refs))
            tally.count(sifted, self.plan(sifted, moment))
        self.repeated = self._find_repeated(hashes)
        if self.repeated:
            tally = self._count_anew(moment)
        self._warn()
        if self.log is not None:
            self.log.start_over()
        return tally.outcome()

    def _find_repeated(self, hashes: "array[int]") -> dict[int, Fault]:
        """The rows whose reference stands in a row before, each with its fault."""
        doubles = find_doubles(hashes)
        if not doubles:
            return {}
        column = self.sifter.columns[self.sifter.ref]
        first: dict[str, int] = {}
        repeated, number = {}, 0
        for chunk in self.source.read_chunks([column], sizes.ROWS_APPENDED):
            for row, ref in enumerate(chunk.columns[0]):
                if ref.strip() and hash(ref) in doubles:
                    line = chunk.lines[row]
                    if ref in first:
                        message = f"{column}: {ref[:60]!r} stands twice (first in line {first[ref]})"
                        place = self.source.numbers.get(column, 0)
                        repeated[number + row] = Fault(self.source.name, line, place, "twice", message)
                    first.setdefault(ref, line)
            number += chunk.height
        return repeated

    def _count_anew(self, moment: Instant) -> ImportTally:
        """Count again, now that it is known which rows repeat a reference; few files have any."""
        fresh = ImportTally()
        self.sifter.personal.clear()
        for _, sifted in self.chunks(0, lint=True):
            fresh.count(sifted, self.plan(sifted, moment))
        return fresh

    def _warn(self) -> None:
        for column, rows in self.sifter.personal.items():
            if not self.sifter.strict:
                held = f"{column}: {rows} rows hold what looks like a phone or identity number"
                self.books.warnings.append(f"{held}; it cannot be erased from there")

    # --- second reading ---------------------------------------------------------------------------------------------

    def write(self) -> Outcome:
        """Read it all again and append what is new, a chunk at a time."""
        tally = ImportTally()
        for _, sifted in self.chunks(1, lint=False):
            self.source.check_unchanged()
            if len(sifted.faults) == len(sifted.lines):
                tally.count(sifted, Planned([], [], [], 0))
                continue
            planned, ids = self.recorder.append(partial(self.plan, sifted), sifted.contacts)
            if self.log is not None:
                self.log.note_ids(ids)
            tally.count(sifted, planned)
        return tally.outcome()

    def plan(self, sifted: Sifted, moment: Instant) -> Planned:
        """What of a chunk is new; rows that are refused get a fault."""
        if self.log is not None:
            return self.log.plan(sifted, moment)
        names = [part.event.name for part in self.sifter.parts]
        known = find_known(self.books, sifted.refs)
        if not known and not sifted.faults:
            rows = list(range(len(sifted.refs)))
            return Planned(rows, [""] * len(rows), self._make_strips(sifted, rows, None), 0)
        rows, cases, brought, skipped = [], [], [], 0
        for row, ref in enumerate(sifted.refs):
            if row in sifted.faults:
                continue
            new = [
                number
                for number, name in enumerate(names)
                if sifted.at[number][row] is not None and (ref, name) not in known
            ]
            if not new:
                skipped += 1
                continue
            case, register = known.get((ref, names[0]), ("", self.page.name))
            error = self._refuse(sifted, row, new, case, register, moment)
            if error:
                sifted.faults[row] = [Fault(self.source.name, sifted.lines[row], 0, "refused", error)]
                continue
            rows.append(row)
            cases.append(case)
            brought.append(new)
        return Planned(rows, cases, self._make_strips(sifted, rows, brought), skipped)

    def _refuse(self, sifted: Sifted, row: int, new: Sequence[int], case: str, register: str, moment: Instant) -> str:
        """Why the new events of a row may not be recorded; "" where they may."""
        if register != self.page.name:
            return f"{sifted.refs[row]!r} is the reference of {case}, of {register}"
        if new[0] == 0 or not case:
            return "" if new[0] == 0 else f"{sifted.refs[row]!r} is used by another case"
        drafts = []
        for number in new:
            at = sifted.at[number][row]
            fields = {name: column[row] for name, column in sifted.fields[number].items()}
            assert at is not None
            event = self.sifter.parts[number].event.name
            drafts.append(Draft(at, self.actor, case, event, fields, sifted.refs[row]))
        return try_addition(self.books, self.page.name, drafts, moment)

    def _make_strips(self, sifted: Sifted, rows: list[int], brought: list[list[int]] | None) -> list[Strip]:
        """The rows' events by columns; brought: which of them are new, None for all."""
        whole = len(rows) == len(sifted.refs)
        strips = []
        for number, part in enumerate(self.sifter.parts):
            at, fields, refs, notes = sifted.at[number], sifted.fields[number], sifted.refs, sifted.notes[number]
            if not whole:
                at = [at[row] for row in rows]
                refs, notes = ([column[row] for row in rows] for column in (refs, notes))
                fields = {name: [column[row] for row in rows] for name, column in fields.items()}
            if brought is not None:
                at = [each if number in new else None for each, new in zip(at, brought, strict=True)]
            strips.append(Strip(part.event.name, at, refs, notes, dict(fields)))
        return strips


def find_doubles(hashes: "array[int]") -> set[int]:
    """The values that occur more than once; a share of them is sorted at a time, which bounds the memory."""
    shares = len(hashes) // sizes.REFERENCES_SORTED + 1
    doubles: set[int] = set()
    for share in range(shares):
        found = sorted(hashes) if shares == 1 else sorted(each for each in hashes if each % shares == share)
        doubles.update(one for one, other in pairwise(found) if one == other)
    return doubles


def describe_outcome(outcome: Outcome, *, dry: bool) -> dict[str, Any]:
    """The counts and faults as they are printed."""
    item: dict[str, Any] = outcome._asdict()
    del item["more"]
    item["faults"] = [fault._asdict() for fault in outcome.faults]
    return {**item, "dry_run": True} if dry else item
