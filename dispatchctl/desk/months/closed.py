"""Closed months: when a month was closed (sealed), and the books as they were then, to be asked about it. Desk.

A month is closed when every writer with rows in it has sealed it, at the last of these seals. From then on it is
reported, appraised and charged as of that time, whatever comes later (architecture.md, "A closed month reports the
same for ever"). Books as of a closing hold only what can matter to the month (store.part), kept beside the index.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from dispatchctl.cache import keep_folder
from dispatchctl.desk.books import Books, LateJudge, Then
from dispatchctl.desk.periods import YEAR, Period, start_of
from dispatchctl.desk.times import local_date
from dispatchctl.policy.rulebook import Rulebook
from dispatchctl.registers import Pages
from dispatchctl.store.seals import list_seals, read_seal
from dispatchctl.store.versions import list_version_files

if TYPE_CHECKING:
    from dispatchctl.store.index import Index
    from dispatchctl.store.part import Scope, Span

MICRO = 1_000_000
SLACK = 7  # days around a month that a week of it, and the week a year before, may reach beyond it
FACTS = ("clocks", "scores", "duties")  # what measures are of besides registers


# --- which months are closed ------------------------------------------------------------------------------------------


def list_months(books: Books, start: int, end: int) -> list[str]:
    """The months (YYYY-MM) that [start, end), seconds, lies in."""
    first = local_date(books, start).replace(day=1)
    last = local_date(books, max(start, end - 1))
    months = []
    while first <= last:
        months.append(f"{first:%Y-%m}")
        first = _following(first)
    return months


def _following(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def list_closed(books: Books, months: Sequence[str] = ()) -> dict[str, int]:
    """Month -> when it was closed (microseconds since 1970 UTC), of every closed month, or of those asked for.

    As of --as-of, those that had been closed by then. BadData for a seal that cannot be read.
    """
    sealed: dict[str, set[str]] = {}
    for month, writer in list_seals(books.folder.path):
        if not months or month in months:
            sealed.setdefault(month, set()).add(writer)
    if not sealed:
        return {}
    writers: dict[str, set[str]] = {}
    for month, writer in books.index.db.execute("SELECT DISTINCT month, writer FROM files WHERE seq > 0"):
        writers.setdefault(month, set()).add(writer)
    as_of = books.ws.as_of
    closed = {}
    for month in sorted(sealed):
        if not writers.get(month) or writers[month] - sealed[month]:
            continue
        seals = [read_seal(books.folder.path, books.folder.label, month, writer) for writer in sorted(writers[month])]
        closing = max((seal.sealed_at for seal in seals if seal is not None), default=0)
        if not isinstance(as_of, int) or closing // MICRO <= as_of:
            closed[month] = closing
    return closed


def find_closing(books: Books, months: Sequence[str]) -> int | None:
    """When the last of these months was closed, microseconds; None while one of them is open."""
    closed = list_closed(books, months)
    return max(closed.values()) if months and len(closed) == len(months) else None


def open_for_period(books: Books, stretch: Period) -> Books:
    """The books by which a stretch of time is reported: as of their closing where all its months are closed.

    Otherwise, and wherever --as-of was given (`now`: with what came later), the same books. What it gives may be read
    as any other books are; `index` holds what matters to these months only.
    """
    if books.ws.as_of is not None or not list_seals(books.folder.path):
        return books
    months = list_months(books, stretch.start, stretch.end)
    closing = find_closing(books, months)
    if closing is None:
        return books
    closed = close_books(books, months, closing)
    books.derived.append(closed)
    return closed


# --- the books as of a closing ----------------------------------------------------------------------------------------


def close_books(present: Books, months: Sequence[str], closing: int) -> Books:
    """The books of closed months as of their closing (microseconds), by the rules and the days that held then."""
    as_of = datetime.fromtimestamp(closing // MICRO, UTC).isoformat()
    book = _read_rules(present, months, closing)

    def open_index(books: Books) -> "Index":
        return open_part(books, present.index, f"part-{'-'.join(months)}", closing, find_scope(books, months))

    return Books(present.ws.vary(as_of=as_of), Then(book, open_index, present, closing))


def list_outdated(present: Books) -> dict[str, int]:
    """Of list_closed, the months after whose closing rules or days were published; looked up once."""
    if present.outdated is None:
        closed = list_closed(present)
        present.outdated = {month: at for month, at in closed.items() if find_versions(present, at) is not None}
    return present.outdated


def open_standing(present: Books, month: str, closing: int) -> Books:
    """The books of a closed month by the rules that had been published by its closing, with everything recorded by now.

    The present ones where nothing was published since; opened once, until something but the ledger was recorded.
    """
    if find_versions(present, closing) is None:
        return present
    query = "SELECT COUNT(*), SUM(size) FROM files WHERE register NOT IN ('ledger', 'audit')"
    seen = present.index.db.execute(query).fetchone()
    if present.standing.get(month, (None, None))[0] != seen:
        book = _read_rules(present, [month], closing)

        def open_index(books: Books) -> "Index":
            return open_part(books, present.index, "", None, find_scope(books, [month]))

        standing = Books(present.ws.vary(), Then(book, open_index, present, now=present.now))
        present.standing[month] = seen, standing
    return present.standing[month][1]


def _read_rules(present: Books, months: Sequence[str], closing: int) -> Rulebook:
    only = find_versions(present, closing)
    if only is None:
        return present.book
    return present.read_versions(keep_folder(present.cache, f"rules-{'-'.join(months)}"), only)


def find_versions(books: Books, until: int) -> frozenset[str] | None:
    """The names of the version files that had been published by then (microseconds); None: all there are.

    As store.publications.find_published, but from the index, which need not read the register through.
    """
    names = {file.name for file in list_version_files(books.folder.path)}
    told = books.index.db.execute('SELECT id FROM audit WHERE "at:published" IS NOT NULL').fetchall()
    first: dict[str, int] = {}
    for (case,) in told:
        for row in books.index.family_rows(case):
            if row.event == "published":
                name = row.fields.get("subject", "")
                first[name] = min(first.get(name, row.recorded), row.recorded)
    late = {name: recorded for name, recorded in first.items() if name in names and recorded > until}
    if not late:
        return None
    return frozenset(names - late.keys()) or frozenset([min(late, key=late.__getitem__)])


# --- what a part must hold --------------------------------------------------------------------------------------------


def find_scope(books: Books, months: Sequence[str]) -> "Scope":
    """What matters to these months by these books' rules: the months, and those that any report has beside them."""
    from dispatchctl.store.part import Scope

    first = date.fromisoformat(f"{months[0]}-01")
    last = _following(date.fromisoformat(f"{months[-1]}-01"))
    policies = [version.policy for version in books.book.versions]
    spans = [make_span(books, first, last)]
    words = {word for policy in policies for word in list_all_beside(policy)}
    if words:
        spans.append(make_span(books, (first - timedelta(days=1)).replace(day=1), last))
    if YEAR in words:
        spans.append(make_span(books, first.replace(year=first.year - 1), last.replace(year=last.year - 1)))
    rules_since = books.book.find_change(books.present.book)
    if rules_since is not None and rules_since < spans[0].start:  # what began then may fall into the months by others
        spans.append(make_span(books, local_date(books, rules_since), last))
    days_since = find_changed_day(books, books.present.book, books.book)
    since = min((each for each in (rules_since, days_since) if each is not None), default=None)
    fields = dict.fromkeys(pair for policy in policies for pair in list_time_fields(policy, books.pages))
    return Scope(tuple(spans), tuple(fields), since, labels=list_renamed(books.book, books.present.book))


def list_renamed(own: Rulebook, present: Rulebook) -> tuple[tuple[str, str], ...]:
    """(label, own label) of the versions of the present rules that other rules call otherwise."""
    return tuple((label, name) for label, name in own.match_labels(present).items() if label != name)


def make_span(books: Books, first: date, last: date) -> "Span":
    """The stretch of the days [first, last), a little wider."""
    from dispatchctl.store.part import Span

    first, last = first - timedelta(days=SLACK), last + timedelta(days=SLACK)
    return Span(start_of(books, first), start_of(books, last), first.isoformat(), last.isoformat())


def list_all_beside(policy: Mapping[str, Any]) -> Iterator[str]:
    """The words by which any report of the rules has other periods beside its own."""
    for sections in policy["reports"].values():
        for section in sections or ():
            yield from section.get("beside") or ()


def list_time_fields(policy: Mapping[str, Any], pages: Pages) -> Iterator[tuple[str, str]]:
    """(register, field) of the measures that a field, not an event, puts into a period."""
    for measure in policy["measures"].values():
        of, month = measure["of"], measure["month"]
        if of not in FACTS and of in pages.names and month not in pages.events(of) and month in pages.fields(of):
            yield of, month


def find_changed_day(books: Books, one: Rulebook, two: Rulebook) -> int | None:
    """From when on (seconds) the days off and working weekend days of two books differ; None where they do not."""
    found = [
        day
        for name in ("off", "working")
        for day in one.tables[name].keys() | two.tables[name].keys()
        if (day in one.tables[name]) != (day in two.tables[name])
    ]
    through = [book.tables["through"] for book in (one, two)]
    if through[0] != through[1] or one.yearly != two.yearly:
        found.append(date(min(through) + 1, 1, 1).toordinal())
    return start_of(books, date.fromordinal(min(found) - 1)) if found else None


def open_part(books: Books, source: "Index", stem: str, until: int | None, scope: "Scope") -> "Index":
    """The part of `source` that the scope asks for, judged by these books: the one kept under that name, else anew.

    stem: "" keeps none. Where it cannot be kept it is made in memory.
    """
    import sqlite3

    from dispatchctl.store.generations import Generations, Gone, remove_database
    from dispatchctl.store.part import PartIndex

    folder = books.folder
    stamp = f"{books.stamp} {until} {scope!r}"
    generations = Generations(books.cache if stem else "", stem)

    def open_at(place: str) -> PartIndex:
        return PartIndex(folder.path, folder.label, place, stamp, books.pages, until, books.book.counted)

    place = ""
    try:
        kept = generations.newest()
        if kept:
            part = open_at(kept)
            if part.still_holds(source):
                books.adopt(part)
                return part
            part.close()
    except (Gone, sqlite3.DatabaseError, OSError):
        pass  # the one that is made now takes its place
    try:
        place = generations.begin() if generations.folder else ""
    except OSError:
        pass
    for where in dict.fromkeys((place, "")):
        part = open_at(where)
        books.adopt(part)
        try:
            part.fill(source, scope, LateJudge(books))
            if where:
                part.publish(generations)
            return part
        except (Gone, sqlite3.Error, OSError):
            part.close()
            if not where:
                raise
            remove_database(where)
    raise AssertionError("a part in memory was not made")
