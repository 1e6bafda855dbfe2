"""Measures worked out: which items of a period count, and what they come to. Reports (policies.md, "Measures").

A measure is data: a filter and a count. Here it becomes a question to the index, and the integers of the answer
become a figure; measures that look at the same items by the same time are asked for together.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from math import gcd
from typing import Any, NamedTuple

from dispatchctl.errors import BadData, UsageFault
from dispatchctl.policy.items import CLOCKS, DURATIONS, PERSON, UNTIL, split_rows
from dispatchctl.registers.page import VOID, split_items
from dispatchctl.reports.values import HEADS, Catalog, NamedValue
from dispatchctl.store.questions import (
    Amount,
    Condition,
    Counted,
    Question,
    Tally,
    Value,
    count_items,
    find_items,
    list_amounts,
    prepare_time,
)
from dispatchctl.store.questions import Item as Item  # what list_figure_items gives is asked for here

PLACES = Decimal("0.000001")  # of a quotient that does not end
TENTH = Decimal("0.1")
DURATION = "duration"  # the kind of a figure in hours
OWNER = "owner"
NO_ITEMS = (0, 0)

Heads = Callable[[str], Sequence[str]]  # department -> the staff ids of those who head it at the period's end


class Window(NamedTuple):
    """[start, end) in seconds, the same as local dates [first, end), and the present that judges running clocks."""

    start: int
    end: int
    days: tuple[str, str]
    now: int


class GroupKey(NamedTuple):
    """What a figure is of: a field that a report groups by, and its value; "" and None: the period as a whole."""

    field: str
    value: str | None


class Figure(NamedTuple):
    """What a measure comes to.

    kind: ratio, count, sum, average, median, p90 or duration. value: the exact decimal as text, a quotient that does
    not end rounded half up at six places, a duration in hours with one; None where there is nothing to divide by.
    numerator: a count, or for sum and average the sum as text; None for the other kinds. denominator: a number of
    items; None for a count.
    """

    kind: str
    value: str | None
    numerator: int | str | None
    denominator: int | None


Figures = dict[GroupKey, dict[str, Figure]]
WHOLE = GroupKey("", None)


def work_out(
    db: sqlite3.Connection,
    catalog: Catalog,
    wanted: Mapping[str, Sequence[str]],
    period: Window,
    heads: Heads | None = None,
    *,
    whole: bool = True,
) -> Figures:
    """The figures of measures over a period, whole and for each value of the fields they are grouped by.

    whole: leave the whole out where nobody asks for it.

    wanted: measure -> the fields to group it by; `person` groups each by whose its items are, under ("person", staff
    id): ("person", None) is nobody in particular, a role among them. A clock with several owners counts once, but once
    for each of them where owners are the groups; so does an item with several people or departments. A group in which
    a measure has no items has a figure of none; one by a field that its items do not have has no figure. heads: needed
    where a measure's person is the head of a department; UsageFault where it is and was not given.
    """
    wanted = {name: [field for field in by if find_by(catalog, name, field)] for name, by in wanted.items()}
    figures: Figures = {WHOLE: {}} if whole else {}
    sums: dict[GroupKey, dict[str, Any]] = {WHOLE: {}} if whole else {}
    people: frozenset[str] | None = None
    for question, names, fields in _plan(catalog, wanted, period, whole=whole):
        prepare_time(db, question)
        splits = [_Split(group.kind == "many") for group in question.groups]
        if fields == [PERSON]:
            if people is None:
                people = frozenset(str(row[0]) for row in db.execute("SELECT id FROM staff"))
            splits = [_Split(True, people, _require_heads(catalog, names[0], heads))]
        if _amount_of(catalog, names[0]) is None:
            _add_counts(sums, count_items(db, question), names, fields, splits)
        else:
            amounts = list_amounts(db, question, _find_amount(catalog, names[0]).value)
            _add_amounts(sums, amounts, names[0], fields, splits)
    for key, found in sums.items():
        for name, by in wanted.items():
            if (whole and key == WHOLE) or key.field in by:
                figures.setdefault(key, {})[name] = build_figure(catalog, name, found.get(name))
    return figures


def build_figure(catalog: Catalog, name: str, found: Any = None) -> Figure:
    """The figure of a measure from what was found; without anything found, one of none."""
    measure = catalog.policy["measures"][name]
    if is_duration(measure):
        return make_duration(measure["value"][0], found)
    return make_figure(measure["value"][0], found, _find_zero(catalog, name))


def find_by(catalog: Catalog, name: str, field: str) -> NamedValue | None:
    """What a measure is grouped by under this name; None where its items have nothing of the kind."""
    measure = catalog.policy["measures"][name]
    if field != PERSON:
        return catalog.find_group(measure["of"], field)
    return catalog.find_person(measure["of"], measure["person"]) if measure["person"] else None


def _require_heads(catalog: Catalog, name: str, heads: Heads | None) -> Heads | None:
    if catalog.policy["measures"][name]["person"] != HEADS:
        return None
    if heads is None:
        raise UsageFault("its person is the head of a department: who heads them must be said", place=f"measure {name}")
    return heads


def _plan(
    catalog: Catalog, wanted: Mapping[str, Sequence[str]], period: Window, *, whole: bool
) -> Iterator[tuple[Question, list[str], list[str]]]:
    """(question, its measures in the order of its tallies, what its groups are called); "" is the whole period."""
    batches: dict[tuple[Any, ...], list[str]] = {}
    for name in wanted:
        measure = catalog.policy["measures"][name]
        alone = name if _amount_of(catalog, name) else ""
        batches.setdefault((measure["of"], measure["month"], alone), []).append(name)
    for (of, _, _), names in batches.items():
        by = dict.fromkeys(field for name in names for field in wanted[name] if field != PERSON)
        found = {field: group for field in by if (group := catalog.find_group(of, field)) is not None}
        apart = [field for field, group in found.items() if group.value.kind == OWNER]
        together = [field for field in found if field not in apart]
        base = build_question(catalog, names, period)
        if whole or together:
            yield base._replace(groups=tuple(found[field].value for field in together)), names, ["", *together]
        for field in apart:
            yield base._replace(groups=(found[field].value,), owners=True), names, [field]
        yield from _plan_people(catalog, [name for name in names if PERSON in wanted[name]], period)


def _plan_people(
    catalog: Catalog, names: Sequence[str], period: Window
) -> Iterator[tuple[Question, list[str], list[str]]]:
    """One question for the measures whose items belong to people by the same word."""
    words: dict[str, list[str]] = {}
    for name in names:
        words.setdefault(catalog.policy["measures"][name]["person"], []).append(name)
    for alike in words.values():
        found = find_by(catalog, alike[0], PERSON)
        assert found is not None
        owners = found.value.kind == OWNER
        yield build_question(catalog, alike, period)._replace(groups=(found.value,), owners=owners), alike, [PERSON]


def build_question(catalog: Catalog, names: Sequence[str], period: Window) -> Question:
    """The question for measures of the same items by the same time, a tally for each."""
    measure = catalog.policy["measures"][names[0]]
    return Question(
        table=measure["of"],
        time=_find_time(catalog, measure),
        start=period.start,
        end=period.end,
        days=period.days,
        now=period.now,
        tallies=tuple(_build_tally(catalog.policy["measures"][name], catalog) for name in names),
    )


def _find_time(catalog: Catalog, measure: Mapping[str, Any]) -> Value:
    if measure["between"] and measure["month"] == UNTIL:  # a register may have a field of that name
        return catalog.find_duration(measure, UNTIL)
    return catalog.find_time(measure["of"], measure["month"])


def _build_tally(measure: Mapping[str, Any], catalog: Catalog) -> Tally:
    of = measure["of"]
    over = [_build_condition(of, path, condition, catalog) for path, condition in measure["over"].items()]
    count = [_build_condition(of, path, condition, catalog) for path, condition in measure["count"].items()]
    if of == CLOCKS:
        return Tally(tuple(over), tuple(count), ended=_names(measure["over"], "ended"))
    if split_rows(of) is not None:  # what a void case's rows said counts nowhere
        return Tally(tuple(over), tuple(count))
    if not _names(measure["over"], VOID) and not _names(measure["count"], VOID):
        state = catalog.find_value(of, "state")
        assert state is not None
        over.append(Condition(state.value, "not", (VOID,)))
    return Tally(tuple(over), tuple(count))


def _names(conditions: Mapping[str, Any], state: str) -> bool:
    word, wanted = conditions.get("state", ("", ()))
    return word == "in" and state in wanted


def _build_condition(of: str, path: str, condition: Sequence[Any], catalog: Catalog) -> Condition:
    found = catalog.find_value(of, path)
    value = found.value if found is not None else Value(())
    word, wanted = condition
    return Condition(value, word, tuple(wanted) if word == "in" else (wanted,))


def _amount_of(catalog: Catalog, name: str) -> str | None:
    """The field that a measure adds up, None for one that only counts."""
    value = catalog.policy["measures"][name]["value"]
    return str(value[1]) if len(value) > 1 else None


def _find_amount(catalog: Catalog, name: str) -> NamedValue:
    measure = catalog.policy["measures"][name]
    field = measure["value"][1]
    if is_duration(measure):
        return NamedValue(catalog.find_duration(measure, field))
    return catalog.find_value(measure["of"], field) or NamedValue(Value(()))


def is_duration(measure: Mapping[str, Any]) -> bool:
    """Whether a measure says how long something took."""
    value = measure["value"]
    return len(value) > 1 and value[1] in DURATIONS and (measure["of"] == CLOCKS or bool(measure["between"]))


def _find_zero(catalog: Catalog, name: str) -> Decimal:
    """What a sum begins with, so that one of money has its two places."""
    if _amount_of(catalog, name) is None:
        return Decimal(0)
    field = _find_amount(catalog, name).field
    return Decimal("0.00") if field is not None and field.type == "money" else Decimal(0)


# --- from counts to figures ---------------------------------------------------------------------------------------


class _Split(NamedTuple):
    """How the text of a group is taken apart. many: its items are joined by `;`. people: of staff ids, those there are.

    heads: they are departments, and their heads are meant.
    """

    many: bool = False
    people: frozenset[str] | None = None
    heads: Heads | None = None

    def list_values(self, text: str | None) -> Sequence[str | None]:
        """The groups that an item with this text counts in, each once; one of None for nobody and nothing."""
        if text is None or (not self.many and self.people is None):
            return (text,)
        items = split_items(text) if self.many else [text]
        if self.heads is not None:
            items = [head for each in items for head in self.heads(each)]
        if self.people is not None:
            items = [each for each in items if each in self.people]
        return list(dict.fromkeys(items)) or (None,)


def _list_keys(groups: Sequence[Any], fields: Sequence[str], splits: Sequence[_Split]) -> Iterator[GroupKey]:
    """Where a row counts: in the whole (a field "") and in the groups of each field."""
    values = iter(zip(groups, splits, strict=True))
    for field in fields:
        if not field:
            yield WHOLE
            continue
        value, split = next(values)
        for each in split.list_values(_text(value)):
            yield GroupKey(field, each)


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _add_counts(
    sums: dict[GroupKey, dict[str, Any]],
    rows: Sequence[Counted],
    names: Sequence[str],
    fields: Sequence[str],
    splits: Sequence[_Split],
) -> None:
    for row in rows:
        for key in _list_keys(row.groups, fields, splits):
            found = sums.setdefault(key, {})
            for name, over, besides in zip(names, row.over, row.besides, strict=True):
                before = found.get(name, NO_ITEMS)
                found[name] = (before[0] + over, before[1] + besides)


def _add_amounts(
    sums: dict[GroupKey, dict[str, Any]],
    rows: Sequence[Amount],
    name: str,
    fields: Sequence[str],
    splits: Sequence[_Split],
) -> None:
    for row in rows:
        try:
            amount = Decimal(str(row.amount))
        except InvalidOperation:
            raise BadData(f"{str(row.amount)[:40]!r} is no number", place=f"measure {name}") from None
        for key in _list_keys(row.groups, fields, splits):
            sums.setdefault(key, {}).setdefault(name, []).append((amount, row.times))


def make_figure(kind: str, found: Any, zero: Decimal = Decimal(0)) -> Figure:
    """A figure from (over, besides), or from [(amount, times)] where a field is added up; None where nothing was found.

    zero: what a sum begins with. Items without the field are not there: they are neither added nor counted.
    """
    if kind in ("ratio", "count"):
        over, count = found or NO_ITEMS
        if kind == "count":
            return Figure(kind, str(count), count, None)
        return Figure(kind, divide(Decimal(count), over), count, over)
    amounts: list[tuple[Decimal, int]] = found or []
    number = sum(times for _, times in amounts)
    if kind == "median":
        return Figure(kind, _find_median(amounts, number), None, number)
    if kind == "p90":
        found_at = _find_rank(amounts, number)
        return Figure(kind, None if found_at is None else format(found_at, "f"), None, number)
    total = format(sum((amount * times for amount, times in amounts), zero), "f")
    return Figure(kind, total if kind == "sum" else divide(Decimal(total), number), total, number)


def _find_median(amounts: Sequence[tuple[Decimal, int]], number: int) -> str | None:
    """The middle one of `number` amounts, or halfway between the middle two; None of none."""
    return divide(sum(_find_middle(amounts, number), Decimal(0)), 2) if number else None


def _find_middle(amounts: Sequence[tuple[Decimal, int]], number: int) -> tuple[Decimal, Decimal]:
    """The middle two of `number` amounts, one or more; the middle one twice."""
    low, high, passed = (number - 1) // 2, number // 2, 0
    middle: list[Decimal] = []
    for amount, times in sorted(amounts):
        middle += [amount for place in (low, high) if passed <= place < passed + times]
        passed += times
    return middle[0], middle[-1]


def _find_rank(amounts: Sequence[tuple[Decimal, int]], number: int) -> Decimal | None:
    """The nearest rank of nine tenths: upwards the ceil(0.9 * number)-th of `number` amounts; None of none."""
    rank, passed = (9 * number + 9) // 10, 0
    for amount, times in sorted(amounts):
        passed += times
        if passed >= rank:
            return amount
    return None


def make_duration(word: str, found: Any) -> Figure:
    """A figure in hours with one place, rounded half up, from [(seconds, times)]; None where nothing was found."""
    amounts: list[tuple[Decimal, int]] = found or []
    number = sum(times for _, times in amounts)
    if not number:
        return Figure(DURATION, None, None, 0)
    if word == "median":
        low, high = _find_middle(amounts, number)
        seconds = (low + high) / 2
    elif word == "p90":
        seconds = _find_rank(amounts, number) or Decimal(0)
    else:
        seconds = sum((amount * times for amount, times in amounts), Decimal(0))
        if word == "average":
            return Figure(DURATION, say_hours(seconds, number), None, number)
    return Figure(DURATION, say_hours(seconds), None, number)


def say_hours(seconds: Decimal, divisor: int = 1) -> str:
    """Seconds (by a number) as hours with one place, rounded half up."""
    with localcontext() as context:
        context.prec = 80
        return str((seconds / (3600 * divisor)).quantize(TENTH, ROUND_HALF_UP))


def _round(quotient: Decimal) -> Decimal:
    rounded = quotient.quantize(PLACES, ROUND_HALF_UP)
    if rounded == 1 and quotient < 1:
        return 1 - PLACES
    return PLACES if rounded == 0 and quotient > 0 else rounded


def divide(dividend: Decimal, divisor: int) -> str | None:
    """The quotient as text without an exponent: exact where it ends, else six places, rounded half up; None by 0.

    A quotient below 1 never becomes 1, one above 0 never 0.
    """
    if not divisor:
        return None
    scale = max(-int(dividend.as_tuple().exponent), 0)
    upper, lower = int(dividend.scaleb(scale)), divisor * 10**scale
    lower //= gcd(upper, lower)
    for prime in (2, 5):
        while lower % prime == 0:
            lower //= prime
    with localcontext() as context:
        context.prec = 80  # beyond any quotient that ends, of counts and sums there can be
        quotient = dividend / divisor
        if lower != 1:
            quotient = _round(quotient)
        text = format(quotient.normalize(), "f")
    return "0" if text == "-0" else text


# --- opening a figure ---------------------------------------------------------------------------------------------


def list_figure_items(
    db: sqlite3.Connection,
    catalog: Catalog,
    name: str,
    period: Window,
    person: str = "",
    headed: Sequence[str] = (),
) -> list[Item]:
    """The items that a measure's figure is made of, by time: as many as it counts, those of the numerator marked.

    Of a measure that counts, only what it counts; of one that adds up a field, only items that have the field. person:
    only those that are this staff member's, as under ("person", person) of work_out; headed: the departments that this
    one heads. UsageFault where the measure's items belong to nobody.
    """
    question = build_question(catalog, [name], period)
    prepare_time(db, question)
    (tally,) = question.tallies
    over, amount = tally.over, None
    if person:
        over = (*over, _build_belonging(catalog, name, person, headed))
    if catalog.policy["measures"][name]["value"][0] != "ratio":
        over = (*over, *tally.besides)
        if _amount_of(catalog, name):
            amount = _find_amount(catalog, name).value
            over = (*over, Condition(amount, "not", (None,)))
        tally = tally._replace(besides=())
    question = question._replace(tallies=(tally._replace(over=over),))
    rows = split_rows(catalog.policy["measures"][name]["of"]) is not None
    items = list(find_items(db, question, amount, rows=rows))
    if not is_duration(catalog.policy["measures"][name]):
        return items
    return [item._replace(amount=say_hours(Decimal(item.amount or "0"))) for item in items]


def _build_belonging(catalog: Catalog, name: str, person: str, headed: Sequence[str]) -> Condition:
    """That an item is this person's."""
    found = find_by(catalog, name, PERSON)
    if found is None:
        raise UsageFault("its items belong to nobody: the rules name no person for it", place=f"measure {name}")
    if catalog.policy["measures"][name]["person"] != HEADS:
        return Condition(found.value, "in", (person,))
    # Departments are taken apart like a list, also where each item has one; of somebody who heads none there is none.
    return Condition(found.value._replace(kind="many"), "in", tuple(headed) or ("",))
