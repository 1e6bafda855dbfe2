"""The rows that the index keeps of a judged family, made: its cases, its clocks, its marks. Desk.

Off the daily path: it is loaded with the first family that is judged for the index.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatchctl.registers.page import VOID, Register, list_carried
from dispatchctl.registers.row import Row, fold_key
from dispatchctl.rules.calendar import Calendar, parse_time
from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.durations import measure_instance, measure_span
from dispatchctl.rules.families import Case, Family
from dispatchctl.rules.owners import find_order, list_departments
from dispatchctl.store.judgements import ClockRow
from dispatchctl.store.schema import list_fields

if TYPE_CHECKING:
    from dispatchctl.store.fact_rows import ScoreRow


class CaseLayout(NamedTuple):
    """The columns of a register's table that come from its page: fields, and events with their last times."""

    fields: tuple[str, ...]
    events: tuple[str, ...]


def lay_out_case(page: Register) -> CaseLayout:
    """The layout of a register's table (store/schema.py: case_columns)."""
    return CaseLayout(tuple(list_fields(page)), tuple(event.name for event in page.events))


def list_case_values(
    root: str, case: Case, rows: Sequence[Row], derived: Mapping[str, str], layout: CaseLayout
) -> tuple[Any, ...]:
    """One case as a row of its register's table (store/schema.py: case_columns).

    Of a void case, whose rows were taken back, it keeps what they said: when it was taken, and as what.
    """
    fields, events = layout
    seen = [*case.rows, *case.conflicts]
    texts: dict[str, str] = case.fields
    marks: dict[str, int] = case.marks
    if case.state == VOID:
        seen = sorted((row for row in rows if row.id == case.id), key=fold_key)
        texts = {name: text for row in seen for name, text in row.fields.items()}
        marks = {row.event: row.at for row in seen}
    first = seen[0]
    recorded = max(row.recorded for row in seen)
    return (
        case.id,
        root,
        case.state,
        int(case.final),
        first.at,
        first.by,
        recorded,
        len(case.conflicts),
        *[derived.get(name) or texts.get(name) for name in fields],
        *[marks.get(event) for event in events],
    )


def list_clock_rows(root: str, family: Family, case: Case, one: Instance) -> Iterable[ClockRow]:
    """One instance as rows of the clocks table, one for each owner."""
    order = find_order(family, case)
    rules = one.variant.rules
    urged_at = find_urging(family, one).at
    departments = list_departments(case, order, one.variant.version.policy)
    took = measure_instance(one)
    limit = f"{one.variant.limit.number}{one.variant.limit.unit}" if one.variant.limit else None
    for share, owner in enumerate(one.owners):
        yield ClockRow(
            family=root,
            case=one.case,
            register=one.register,
            clock=one.clock,
            instance=one.number,
            item=one.item or None,
            share=share,
            owner=owner or None,
            state=one.state,
            started_at=one.started_at,
            due_at=one.due_at,
            stopped_at=one.stopped_at,
            stopped_by=one.stopped_by or None,
            breached=None if one.breached is None else int(one.breached),
            paused_from=one.paused_from,
            paused_until=one.paused_until,
            provisional=int(one.provisional),
            before_rules=int(one.before_rules),
            extension=one.extension or None,
            warn_at=one.warn_at,
            levels=",".join(map(str, one.levels)) or None,
            policy=one.variant.version.label,
            limit=limit,
            counting=one.variant.calendar.counting,
            source=";".join(rules["source"]) or None,
            urged_at=urged_at,
            service=order.fields.get("service"),
            priority=order.fields.get("priority"),
            area=order.fields.get("area"),
            department=departments[0] if departments else None,
            elapsed=None if took is None else took.elapsed,
            counted=None if took is None else took.counted,
        )


def list_counted_rows(root: str, case: Case, events: Collection[str]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The rows of these events of a case as rows of their tables (store/schema.py: row_columns), as corrected since."""
    for row in case.rows:
        if row.event in events:
            from dispatchctl.rules.corrections import read_row

            fields = read_row(case, row)
            carried = (fields.get(name) or None for name in list_carried(case.page, row.event))
            yield f"{case.register}.{row.event}", (root, case.id, row.ref, row.at, row.by, *carried)


def list_span_rows(
    root: str, family: Family, case: Case, spans: Mapping[str, Sequence[Sequence[str]]], calendar: Calendar
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """What the case took between two events, as rows of their tables (store/schema.py: SPAN_COLUMNS)."""
    for name, (start, end) in spans.items():
        took = measure_span(family, case, (start[0], start[1]), (end[0], end[1]), calendar)
        if took is not None:
            yield name, (root, case.id, *took)


def list_score_rows(root: str, case: Case) -> "Iterable[ScoreRow]":
    """The marks a person was given, as rows of the table `scores`."""
    for row in case.rows:
        if row.event == "scored":
            from dispatchctl.store.fact_rows import ScoreRow

            fields = row.fields
            yield ScoreRow(
                family=root,
                id=row.ref,
                staff=case.id,
                measure=fields.get("measure"),
                score=int(fields["score"]) if fields.get("score", "").isdigit() else None,
                month=fields.get("month"),
                at=row.at,
                by=row.by,
                state=case.state,
            )


class LastUrging(NamedTuple):
    """When an instance was last urged (seconds), and the highest level it was urged at; None where it never was."""

    at: int | None
    level: int | None


def find_urging(family: Family, one: Instance) -> LastUrging:
    """The urgings of an instance so far."""
    last, level = None, None
    for case in family.children.get(one.case, ()):
        if case.register != "notices" or case.fields.get("clock") != one.clock or not case.rows:
            continue
        if case.rows[0].event != "urged" or (case.fields.get("item") or "") != one.item:
            continue
        if parse_time(case.fields.get("clock_started_at", ""), one.variant.calendar) == one.started_at:
            last = max(last or 0, case.rows[0].at)
            level = max(level or 0, int(case.fields.get("level") or 1))
    return LastUrging(last, level)
