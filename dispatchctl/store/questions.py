"""Questions to the index's tables: count the items of a period that pass some conditions. Store.

Its one job: a Question, which is plain data, becomes one SQL text and its answer. The text holds only comparisons,
CASE, sums and counts, so that any engine that reads the same tables gives the same integers; what has to be divided
is divided by whoever asked.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from dispatchctl.store.conditions import write_happened
from dispatchctl.store.schema import quote

CLOCKS = "clocks"
ABOUT = "about"
Sql = tuple[str, list[Any]]  # a text with ?, and what stands for them in their order


class Place(NamedTuple):
    """Where a value may stand: a column of the item itself, or of the case at the end of a chain of links.

    hops: (column that holds an id, register in which that id is looked up), one after the other. constant: what is
    answered, where that case exists, instead of a column.
    """

    column: str
    hops: tuple[tuple[str, str], ...] = ()
    constant: str = ""


class Value(NamedTuple):
    """A value of an item: the first of its places that holds one.

    kind: text, many (items joined by `;`), flag (true where anything stands there, else false), number (whole),
    seconds, iso (a time as text), date, month, breached (true or false) or owner (of any of a clock's owners).
    otherwise: a value to look up where there is none, in `table`: pairs of what is found there and what it stands for.
    """

    places: tuple[Place, ...]
    kind: str = "text"
    otherwise: tuple[Place, ...] = ()
    table: tuple[tuple[str, str], ...] = ()


class Condition(NamedTuple):
    """One condition: word is in, not, at_least or below; wanted are texts, None for "no value"."""

    value: Value
    word: str
    wanted: tuple[str | None, ...]


class Tally(NamedTuple):
    """Two counts: the items that pass `over`, and those of them that pass `besides` too.

    ended: whether clocks that a case's end cut short without being late are items at all.
    """

    over: tuple[Condition, ...] = ()
    besides: tuple[Condition, ...] = ()
    ended: bool = False


class Question(NamedTuple):
    """What is asked: the items of `table` (a register or clocks) whose `time` lies in [start, end), seconds.

    days: the same period as local dates, [first, end), for times that are bare dates. now: judges clocks that still
    run: one not yet due is no item. groups: one answer for each combination of their values. owners: an item for each
    owner of a clock instead of one for the instance.
    """

    table: str
    time: Value
    start: int
    end: int
    days: tuple[str, str]
    now: int
    tallies: tuple[Tally, ...]
    groups: tuple[Value, ...] = ()
    owners: bool = False


class Counted(NamedTuple):
    """The items with one combination of the groups' values: of each tally in turn how many pass `over`, and how many
    of them pass `besides` too.
    """

    groups: tuple[Any, ...]
    over: tuple[int, ...]
    besides: tuple[int, ...]


class Amount(NamedTuple):
    """How often an amount occurs among the items with one combination of the groups' values."""

    groups: tuple[Any, ...]
    amount: Any
    times: int


class Item(NamedTuple):
    """A case, a row of one, or one instance (from 1) of a clock of it, that passes `over`.

    counted: it passes `besides` too. ref: of a row its reference. amount: what it adds where a field is added up.
    """

    id: str
    instance: int
    counted: bool
    ref: str | None = None
    amount: str | None = None


def count_items(db: sqlite3.Connection, question: Question) -> list[Counted]:
    """What the tallies come to for each combination of the groups' values; without groups, of all items at once."""
    parts = [_value(group) for group in question.groups]
    for tally in question.tallies:
        over = _conditions(tally, question)
        both = _join([over, *(_condition(each, question) for each in tally.besides)])
        parts += [(f"SUM(CASE WHEN {text} THEN 1 ELSE 0 END)", values) for text, values in (over, both)]
    where = _where(question)
    query = f"SELECT {', '.join(text for text, _ in parts)} FROM {quote(question.table)} i WHERE {where[0]}"
    if question.groups:
        query += f" GROUP BY {', '.join(str(number) for number in range(1, len(question.groups) + 1))}"
    rows = db.execute(query, [*(each for _, values in parts for each in values), *where[1]]).fetchall()
    width = len(question.groups)
    return [
        Counted(row[:width], row[width::2], row[width + 1 :: 2])
        for row in rows
        if row[-1] is not None  # without groups, a period without items gives one of nulls
    ]


def find_items(
    db: sqlite3.Connection, question: Question, amount: Value | None = None, *, rows: bool = False
) -> Iterator[Item]:
    """The items that pass `over` of the one tally, by time. amount: of which value each adds; rows: they are rows."""
    (tally,) = question.tallies
    clocks = question.table == CLOCKS
    name = 'i."case", i.instance' if clocks else "i.id, 1"
    where = _join([_where(question), _conditions(tally, question)])
    text, values = _join([_condition(condition, question) for condition in tally.besides])
    when = _value(question.time)
    added = _value(amount) if amount is not None else ("NULL", [])
    query = (
        f"SELECT {name}, CASE WHEN {text} THEN 1 ELSE 0 END, {'i.ref' if rows else 'NULL'}, {added[0]}"
        f" FROM {quote(question.table)} i WHERE {where[0]} ORDER BY {when[0]}, 1, 2, 4"
    )
    for case, instance, counted, ref, what in db.execute(query, [*values, *added[1], *where[1], *when[1]]):
        yield Item(str(case), int(instance), bool(counted), ref, None if what is None else str(what))


def list_amounts(db: sqlite3.Connection, question: Question, amount: Value) -> list[Amount]:
    """How often each amount occurs, for each combination of the groups' values.

    Of the items that pass the one tally's conditions; those without an amount are left out.
    """
    (tally,) = question.tallies
    wanted = tally._replace(over=(*tally.over, *tally.besides, Condition(amount, "not", (None,))), besides=())
    asked = question._replace(tallies=(wanted,), groups=(*question.groups, amount))
    return [
        Amount(found.groups[:-1], found.groups[-1], found.over[0])
        for found in count_items(db, asked)
        if found.besides[0]
    ]


def prepare_time(db: sqlite3.Connection, question: Question) -> None:
    """Make an index on the time that a question asks by, where the schema has none, so that history is not read.

    It is part of the cache: where that cannot be written just now, the question is only slower.
    """
    for place in question.time.places:
        table, column = (place.hops[-1][1], place.column) if place.hops else (question.table, place.column)
        name = quote(f"time {table} {column}")
        known = db.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", (table,)).fetchall()
        if any(f"({quote(column)}" in text or f"({column}" in text for (text,) in known if text):
            continue
        try:
            db.execute(
                f"CREATE INDEX IF NOT EXISTS {name} ON {quote(table)}({quote(column)}) "
                f"WHERE {quote(column)} IS NOT NULL"
            )
        except sqlite3.OperationalError:
            return


# --- the text -----------------------------------------------------------------------------------------------------


def _join(parts: list[Sql]) -> Sql:
    """All of them hold; of none, whatever the item."""
    if not parts:
        return "1 = 1", []
    return " AND ".join(text for text, _ in parts), [each for _, values in parts for each in values]


def _place(place: Place) -> str:
    text = f"i.{quote(place.hops[0][0] if place.hops else place.column)}"
    for number, (_, register) in enumerate(place.hops):
        last = number + 1 == len(place.hops)
        name = f"t{number}.{quote(place.column if last else place.hops[number + 1][0])}"
        if last and place.constant:
            name = "'" + place.constant.replace("'", "''") + "'"
        if place.hops[number][0] == ABOUT:  # what a follow-up is about may be an item of a case: S-20261103-0001#1
            text = f"SUBSTR({text}, 1, INSTR({text} || '#', '#') - 1)"
        text = f"(SELECT {name} FROM {quote(register)} t{number} WHERE t{number}.id = {text})"
    return text


def _first(places: tuple[Place, ...]) -> str:
    texts = [_place(place) for place in places]
    if not texts:
        return "NULL"
    return texts[0] if len(texts) == 1 else f"COALESCE({', '.join(texts)})"


def _value(value: Value) -> Sql:
    text = _first(value.places)
    if value.kind == "flag":
        return f"CASE WHEN {text} IS NULL THEN 'false' ELSE 'true' END", []
    if value.kind == "breached":  # one that still runs is an item only if it is late
        return f"CASE WHEN COALESCE({text}, 1) = 1 THEN 'true' ELSE 'false' END", []
    if not value.table:
        return text, []
    cases = " ".join("WHEN ? THEN ?" for _ in value.table)
    return (
        f"COALESCE({text}, CASE {_first(value.otherwise)} {cases} END)",
        [each for pair in value.table for each in pair],
    )


def _where(question: Question) -> Sql:
    parts = [_when(question)]
    if question.table == CLOCKS:
        parts.append((write_happened("i.state <> 'running'", "i.due_at", "i."), [question.now] * 3))
        if not question.owners:
            parts.append(("i.share = 0", []))
        clocks = _list_clocks(question.tallies)
        if clocks:
            parts.append((f"i.clock IN ({', '.join('?' * len(clocks))})", clocks))
    return _join(parts)


def _list_clocks(tallies: tuple[Tally, ...]) -> list[str]:
    """The clocks that the tallies are about, where each names its own; [] where one of them counts any clock."""
    found: dict[str, None] = {}
    for tally in tallies:
        named = [
            condition.wanted
            for condition in tally.over
            if condition.word == "in" and condition.value.places == (Place("clock"),) and None not in condition.wanted
        ]
        if not named:
            return []
        found.update(dict.fromkeys(str(clock) for wanted in named for clock in wanted))
    return list(found)


def _when(question: Question) -> Sql:
    time = question.time
    text, values = _value(time)
    bounds: list[Any] = [question.start, question.end]
    if time.kind == "iso":
        text = f"CAST(strftime('%s', {text}) AS INTEGER)"
    elif time.kind == "date":
        bounds = list(question.days)
    elif time.kind == "month":  # whole months: one that has begun before the period is none of it
        bounds = [day[:7] if day.endswith("-01") else f"{day[:7]}~" for day in question.days]
    within = (f"{text} >= ? AND {text} < ?", [*values, bounds[0], *values, bounds[1]])
    if not any(place.hops for place in time.places):
        return within
    # The time of another table: its index says which families, or which cases themselves, come into question at all.
    key = "id" if all(place.hops[0][0] == "id" for place in time.places) else "family"
    found = " UNION ALL ".join(
        f"SELECT {key} FROM {quote(place.hops[-1][1])} WHERE {quote(place.column)} >= ? AND {quote(place.column)} < ?"
        for place in time.places
    )
    return _join([(f"i.{key} IN ({found})", bounds * len(time.places)), within])


def _conditions(tally: Tally, question: Question) -> Sql:
    parts = [_condition(condition, question) for condition in tally.over]
    if question.table == CLOCKS and not tally.ended:
        parts.append(("(i.state <> 'ended' OR i.breached = 1)", []))
    return _join(parts)


def _condition(condition: Condition, question: Question) -> Sql:
    value = condition.value
    if value.kind != "owner" or question.owners:
        return _compare(_value(value), condition, value.kind)
    denied = condition.word == "not" and condition.wanted[0] is not None
    positive = condition._replace(word="in") if denied else condition
    text, values = _compare(("o.owner", []), positive, "text")
    return (
        f"{'NOT ' if denied else ''}EXISTS (SELECT 1 FROM clocks o WHERE o.family = i.family"
        ' AND o."case" = i."case" AND o.clock = i.clock AND o.instance = i.instance'
        f" AND COALESCE(o.item, '') = COALESCE(i.item, '') AND {text})",
        values,
    )


def _compare(value: Sql, condition: Condition, kind: str) -> Sql:
    text, before = value
    if condition.word in ("at_least", "below"):
        sign = ">=" if condition.word == "at_least" else "<"
        return f"CAST({text} AS DOUBLE) {sign} ?", [*before, float(condition.wanted[0] or 0)]
    given: list[Any] = [each for each in condition.wanted if each is not None]
    if kind in ("number", "seconds"):
        given = [int(each) if each.isdecimal() else each for each in given]
    parts: list[Sql] = []
    if len(given) < len(condition.wanted):
        parts.append((f"{text} IS NULL", before))
    if given and kind == "many":
        parts += [(f"INSTR(';' || {text} || ';', ';' || ? || ';') > 0", [*before, each]) for each in given]
    elif given:
        parts.append((f"{text} IN ({', '.join('?' * len(given))})", [*before, *given]))
    joined = " OR ".join(part for part, _ in parts)
    values = [each for _, found in parts for each in found]
    if condition.word == "in":
        return f"({joined})", values
    if not given:
        return f"{text} IS NOT NULL", before
    return f"({text} IS NULL OR NOT ({joined}))", [*before, *values]
