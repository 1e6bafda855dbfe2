"""What a person may be charged or rewarded for: the facts that the rules name, for each rule and person. Pure.

Of one family's facts come its occurrences: an event or a late clock, a rule that names it, a person it is put to. How
often it happened is counted only when somebody asks, over all families, by `list_numbers`. Nothing here decides
anything: one that counts is due, and a person proposes, approves or waives it (policies.md, "charges").
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dispatchctl.policy.rulebook import Rulebook, Version
from dispatchctl.policy.spans import Limit
from dispatchctl.registers.page import VOID, split_items
from dispatchctl.registers.row import Row
from dispatchctl.rules.calendar import Calendar
from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.corrections import read_facts
from dispatchctl.rules.facts import RULINGS, name_breach, name_rows
from dispatchctl.rules.families import Case, Family
from dispatchctl.rules.limits import add_limit
from dispatchctl.rules.owners import find_order, read_fields_at, read_item, resolve_owners
from dispatchctl.rules.people import People

BREACH, HAND = "breach", "hand"
EVER = "ever"
OWNER_WORDS = ("receiver", "department-head", "dispatcher")

Rule = Mapping[str, Any]  # a compiled entry of `charges` or `rewards`


class Occurrence(NamedTuple):
    """One rule, one fact, one person. Times are seconds.

    at: when it happened; of a clock, when it was due. evidence: the row or the start of the clock that records it now;
    fact: what it is called whichever does (rules.facts). running: 1 where that clock has not stopped, so that it is a
    fact only once `at` has passed while it was not paused. amount: what the event itself carries, as money, where the
    rule asks for that. policy: the label of the version that judges it. The names are those of store/judgements.py.
    """

    rule: str
    staff: str
    at: int
    evidence: str
    fact: str
    register: str
    case: str
    clock: str | None
    instance: int | None
    item: str | None
    event: str | None
    amount: str | None
    running: int
    paused_from: int | None
    paused_until: int | None
    policy: str

    @property
    def key(self) -> str:
        """What names the same fact under the same rule for the same person, for ever."""
        return make_key(self.rule, self.fact, self.staff)


def make_key(rule: str, fact: str, staff: str) -> str:
    """RULE/FACT/STAFF; in older releases the evidence stood in the place of the fact."""
    return f"{rule}/{fact}/{staff}"


class ChargeTable:
    """The charges and rewards of every version, by what they are for."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._tables: dict[str, dict[tuple[str, str], list[Rule]]] = {}
        named = [tuple(of) for version in book.versions for rule in list_rules(version) for of in rule["of"]]
        self.events = frozenset(name for name in named if name[0] not in (BREACH, HAND))
        self.clocks = frozenset(name for word, name in named if word == BREACH)
        self.registers = frozenset(register for register, _ in self.events)

    def rules(self, version: Version, name: tuple[str, str]) -> Sequence[Rule]:
        """The rules of a version for an event (register, event) or a clock ("breach", id), in the order of the file."""
        table = self._tables.get(version.label)
        if table is None:
            table = self._tables[version.label] = {}
            for rule in list_rules(version):
                for of in rule["of"]:
                    table.setdefault((of[0], of[1]), []).append(rule)
        return table.get(name, ())


def list_rules(version: Version) -> list[Rule]:
    """The charges, then the rewards of a version."""
    return [*version.policy["charges"], *version.policy["rewards"]]


def find_rule(version: Version, rule: str) -> Rule | None:
    """The charge or reward of that id, None where the version has none."""
    return next((each for each in list_rules(version) if each["id"] == rule), None)


# --- the facts of a family ----------------------------------------------------------------------------------------


class Fact(NamedTuple):
    """Something that happened to a case, with what held of it then: `fields`, corrected by what was amended since.

    derived: by case, what follows from its rows as they now stand.
    """

    family: Family
    case: Case
    at: int
    version: Version
    fields: Mapping[str, str]
    derived: Mapping[str, Mapping[str, str]]
    own: frozenset[str] = frozenset()  # the fields that the event itself carries
    item: str = ""
    instance: Instance | None = None

    def read(self, path: str, staff: str, people: People) -> str:
        """The value of a field as `when` names it; `staff.` is about the person charged."""
        head, dot, name = path.partition(".")
        if not dot:
            derived = self.derived.get(self.case.id, {})
            return derived[path] if path in derived and path not in self.own else self.fields.get(path, "")
        if head == "staff":
            return people.facts(staff, self.at).get(name, "")
        if head == "order":
            order = find_order(self.family, self.case)
            return read_fields_at(order, self.at).get(name) or self.derived.get(order.id, {}).get(name, "")
        return ""


def list_occurrences(
    family: Family,
    case: Case,
    instances: Iterable[Instance],
    table: ChargeTable,
    people: People,
    derived: Mapping[str, Mapping[str, str]],
) -> list[Occurrence]:
    """Every occurrence of a case, each (rule, evidence, fact, person) once; none for a void case.

    derived: what is derived of the family's cases, by id (rules.derived).
    """
    if case.state == VOID:
        return []
    found: dict[tuple[str, str, str, str], Occurrence] = {}
    if case.register in table.registers:
        names = {(row.ref, row.event): name for row, name in name_rows(family, case, table.events)}
        for row, last in _list_rows(case, table):
            version, _ = table.book.at(row.at)
            rules = table.rules(version, (case.register, row.event))
            if rules:
                fields = read_facts(case, max(row.at, last.at), last)
                fact = Fact(family, case, row.at, version, fields, derived, frozenset(last.fields))
                name = names[row.ref, row.event]
                for one in _judge_fact(rules, fact, row.ref, name, row.event, people):
                    found.setdefault((one.rule, one.evidence, one.fact, one.staff), one)
    instances = list(instances) if table.clocks else []
    for instance in instances:
        late = instance.breached or (instance.state == "running" and instance.due_at is not None)
        rules = table.rules(instance.variant.version, (BREACH, instance.clock)) if late else ()
        rules = [rule for rule in rules if not (rule["once"] and _is_told_by_another(rule, instance, instances))]
        if rules and instance.due_at is not None:
            fields = {**read_facts(case, instance.due_at, None)}
            if instance.item:
                fields.update(read_item(case, instance.item, instance.due_at))
            version = instance.variant.version
            fact = Fact(family, case, instance.due_at, version, fields, derived, frozenset(), instance.item, instance)
            for one in _judge_fact(rules, fact, name_instance(instance), name_breach(instance), None, people):
                found.setdefault((one.rule, one.evidence, one.fact, one.staff), one)
    return list(found.values())


def _is_told_by_another(rule: Rule, instance: Instance, others: Iterable[Instance]) -> bool:
    """Whether a clock that the rule names earlier ran beside this one: the same delay is told by that one alone.

    One that began after this one was late, or ended before it, tells another delay.
    """
    names = [name for word, name in rule["of"] if word == BREACH]
    earlier = names[: names.index(instance.clock)]
    return any(
        other.clock in earlier
        and other.item == instance.item
        and (instance.due_at is None or other.started_at <= instance.due_at)
        and (other.stopped_at is None or (instance.stopped_at is not None and other.stopped_at >= instance.stopped_at))
        for other in others
    )


def name_instance(instance: Instance) -> str:
    """An instance as evidence: `CASE/CLOCK/START`, of an item `CASE#1/CLOCK/START`, in its own version's timezone."""
    started = write_iso(instance.started_at, instance.variant.version.policy["timezone"])
    return f"{instance.item or instance.case}/{instance.clock}/{started}"


def write_iso(at: int, timezone: str) -> str:
    """Seconds as ISO 8601 with the offset of the timezone."""
    from datetime import datetime

    return datetime.fromtimestamp(at, ZoneInfo(timezone)).isoformat()


def _list_rows(case: Case, table: ChargeTable) -> Iterator[tuple[Row, Row]]:
    """(the row that is the fact, the row whose fields count) of what rules may name.

    A ruling is one fact however often it was given: the first time, with what was last said. One that another ruling
    has replaced is none.
    """
    rulings = RULINGS.get(case.register, ())
    last = next((row for row in reversed(case.rows) if row.event in rulings), None)
    given = False
    for row in case.rows:
        if (case.register, row.event) not in table.events:
            continue
        if row.event not in rulings:
            yield row, row
        elif last is not None and row.event == last.event and not given:
            given = True
            yield row, last


def _judge_fact(
    rules: Iterable[Rule], fact: Fact, evidence: str, name: str, event: str | None, people: People
) -> Iterator[Occurrence]:
    one = fact.instance
    for rule in rules:
        if is_excused(rule, fact.family, fact.case):
            continue
        amount = read_amount(rule, fact.fields)
        for staff in list_charged(rule["who"], fact, people):
            if meets(rule, fact, staff, people):
                yield Occurrence(
                    rule["id"],
                    staff,
                    fact.at,
                    evidence,
                    name,
                    fact.case.register,
                    fact.case.id,
                    one.clock if one else None,
                    one.number if one else None,
                    fact.item or None,
                    event,
                    amount,
                    int(one is not None and one.state == "running"),
                    one.paused_from if one else None,
                    one.paused_until if one else None,
                    fact.version.label,
                )


def list_charged(words: Sequence[str], fact: Fact, people: People) -> list[str]:
    """The persons that these words of `who` mean, each once; a role is nobody, and so is who was not known then."""
    policy = fact.version.policy
    found: list[str] = []
    for word in words:
        if word == "owner" and fact.instance is not None:
            found += [owner for owner in fact.instance.owners if owner not in policy["roles"]]
        elif word in OWNER_WORDS:
            found += resolve_owners((word,), fact.family, fact.case, fact.at, people, policy, fact.item)
        else:
            found += split_items(fact.read(word, "", people))
    return [staff for staff in dict.fromkeys(found) if staff and people.entry(staff, fact.at) is not None]


def meets(rule: Rule, fact: Fact, staff: str, people: People) -> bool:
    """Whether a fact and the person charged pass every condition of `when`; a list by any of its items."""
    for path, values in rule["when"]:
        text = fact.read(path, staff, people)
        if text not in values and not any(item in values for item in split_items(text)):
            return False
    return True


def is_excused(rule: Rule, family: Family, case: Case) -> bool:
    """Whether an event of `unless` has happened to the case, or to one that belongs to it or that it belongs to."""
    for register, event in rule["unless"]:
        if register in ("", case.register):
            if event in case.marks:
                return True
            continue
        near = [*family.children.get(case.id, ()), find_order(family, case)]
        if any(event in each.marks for each in near if each.register == register):
            return True
    return False


def read_amount(rule: Rule, fields: Mapping[str, str]) -> str | None:
    """The amount that the event itself carries, where the rule asks for that and it is one; money with two places."""
    word, dot, name = (rule["amount"] or "").partition(".")
    if word != "field" or not dot:
        return None
    try:
        amount = Decimal(fields.get(name, ""))
    except InvalidOperation:
        return None
    return f"{amount:.2f}" if amount.is_finite() and amount >= 0 else None


# --- how often ----------------------------------------------------------------------------------------------------


def list_numbers(times: Sequence[int], within: Any, calendar: Calendar, before: int = 0) -> list[int]:
    """Of facts of one rule and person in the order of their times: the how-manieth each is of its period, from 1.

    within: month or year of the calendar's timezone, ever, or a span [number, unit] that is counted from the earlier
    fact on (inclusive). before: how many there were before the first of them, for `ever`.
    """
    if within == EVER:
        return [before + number for number in range(1, len(times) + 1)]
    numbers: list[int] = []
    start = 0
    for index, at in enumerate(times):
        while not is_same_period(times[start], at, within, calendar):
            start += 1
        numbers.append(index - start + 1)
    return numbers


def is_same_period(earlier: int, at: int, within: Any, calendar: Calendar) -> bool:
    """Whether two times, the first not after the second, are counted together."""
    if within == EVER:
        return True
    if within in ("month", "year"):
        one, other = (date.fromordinal(calendar.read_local(each)[0]) for each in (earlier, at))
        return one.year == other.year and (within == "year" or one.month == other.month)
    until = add_limit(calendar, Limit(int(within[0]), str(within[1])), earlier).at
    return until is not None and at <= until


_DAYS_OF_UNIT = {"m": 1, "h": 1, "bm": 1, "bh": 1, "d": 1, "w": 7, "wd": 8}  # at most; wd: one day a week


def find_horizon(at: int, within: Any) -> int:
    """A time (seconds) before which no fact is counted together with one at `at`; for `ever`, that time itself."""
    if within == EVER:
        return at
    if within == "month":
        days = 32
    elif within == "year":
        days = 367
    else:
        days = int(within[0]) * _DAYS_OF_UNIT[within[1]] + 30
    return at - days * 86_400
