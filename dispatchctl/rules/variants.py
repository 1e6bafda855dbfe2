"""The clocks of the rules, prepared for judging: which events start and stop them, when they apply. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl.policy.rulebook import Rulebook, Version
from dispatchctl.policy.spans import Limit
from dispatchctl.registers.assignments import STEPS
from dispatchctl.registers.page import Register
from dispatchctl.rules.calendar import Calendar

Names = frozenset[tuple[str, str]]


class Variant(NamedTuple):
    """One clock entry of a version, ready for judging: its events as sets, its limits as Limit, its calendar."""

    id: str
    of: str
    start: Names
    stop: Names
    unless: Names
    when: tuple[tuple[str, tuple[str, ...]], ...]
    limit: Limit | None
    due: str
    begins: str
    item: str
    calendar: Calendar
    warn: Limit | None
    owner: tuple[str, ...]
    pause: Mapping[str, Limit | None]
    extendable: bool
    urge: Limit
    outlives: bool  # the case's own end does not end it: where nothing is said, only another register's events stop it
    rules: Mapping[str, Any]  # the entry as compiled
    version: Version


class ClockTable:
    """The clocks of every version, prepared for judging; calendars are shared between clocks that count alike."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._calendars: dict[tuple[str, str], Calendar] = {}
        self._tables: dict[str, dict[str, dict[str, list[Variant]]]] = {}
        self._starts: dict[tuple[str, str], dict[tuple[str, str], list[tuple[str, list[Variant]]]]] = {}
        self._watched: dict[str, frozenset[str]] = {}
        self._items: dict[str, frozenset[str]] = {}
        self._names: dict[str, Names] = {}
        self.registers = frozenset(clock["of"] for version in book.versions for clock in version.policy["clocks"])

    def calendar(self, version: Version, counting: str = "") -> Calendar:
        """The working calendar of a version: its hours and counting, the newest version's days."""
        key = (version.label, counting)
        if key not in self._calendars:
            self._calendars[key] = Calendar(**self.book.calendar_arguments(version, counting or None))
        return self._calendars[key]

    def variants(self, version: Version, register: str) -> dict[str, list[Variant]]:
        """The clocks of a register by id, each with its entries in the order of the file."""
        if version.label not in self._tables:
            table: dict[str, dict[str, list[Variant]]] = {}
            for entry in version.policy["clocks"]:
                variant = self._prepare(version, entry)
                table.setdefault(variant.of, {}).setdefault(variant.id, []).append(variant)
            self._tables[version.label] = table
        return self._tables[version.label].get(register, {})

    def starting(self, version: Version, register: str) -> dict[tuple[str, str], list[tuple[str, list[Variant]]]]:
        """By event, the clocks of a register that it starts: (id, all entries of that id)."""
        key = (version.label, register)
        if key not in self._starts:
            found: dict[tuple[str, str], list[tuple[str, list[Variant]]]] = {}
            for clock, variants in self.variants(version, register).items():
                for name in sorted({name for variant in variants for name in variant.start}):
                    found.setdefault(name, []).append((clock, variants))
            self._starts[key] = found
        return self._starts[key]

    def watched(self, page: Register) -> frozenset[str]:
        """The fields on which a change may move a clock of the register, under any version; as `when` names them."""
        register = page.name
        if register not in self._watched:
            paths: set[str] = set()
            for version in self.book.versions:
                for variants in self.variants(version, register).values():
                    for variant in variants:
                        paths.update(path for path, _ in variant.when)
                        paths.update((variant.begins, variant.due))
            if any(path.startswith("staff.") for path in paths):
                paths.add(person_field(page))
            self._watched[register] = frozenset(paths)
        return self._watched[register]

    def names(self, register: str) -> Names:
        """The events that start, stop or excuse some clock of the register, under any version."""
        if register not in self._names:
            every = [self.variants(version, register).values() for version in self.book.versions]
            entries = [variant for clocks in every for variants in clocks for variant in variants]
            self._names[register] = frozenset().union(*(each.start | each.stop | each.unless for each in entries))
        return self._names[register]

    def items(self, register: str) -> frozenset[str]:
        """The fields by whose values clocks of the register run apart, under any version."""
        if register not in self._items:
            every = [self.variants(version, register).values() for version in self.book.versions]
            found = {variant.item for clocks in every for variants in clocks for variant in variants}
            self._items[register] = frozenset(found - {""})
        return self._items[register]

    def elapsed(self, version: Version) -> Calendar:
        """The calendar of a version by which plain days are counted as stretches of time."""
        return self.calendar(version, "elapsed")

    def _prepare(self, version: Version, entry: Mapping[str, Any]) -> Variant:
        start = frozenset((register, event) for register, event in entry["start"])
        stop = frozenset((register, event) for register, event in entry["stop"])
        outlives = bool(stop) and not any(register in (entry["of"], *_WITHIN) for register, _ in stop)
        return Variant(
            id=entry["id"],
            of=entry["of"],
            start=start,
            stop=stop | (_list_later_steps(stop) - start),
            unless=frozenset((register, event) for register, event in entry["unless"]),
            when=tuple((path, tuple(values)) for path, values in entry["when"]),
            limit=read_limit(entry["limit"]),
            due=entry["due"] or "",
            begins=entry["from"] or "",
            item=entry["item"] or "",
            calendar=self.calendar(version, entry["counting"] or ""),
            warn=read_limit(entry["warn"]),
            owner=tuple(entry["owner"]),
            pause={reason: read_limit(bound) for reason, bound in (entry["pause"] or {}).items()},
            extendable=bool(entry["extendable"]),
            urge=read_limit(entry["urge"] or version.policy["escalation"]["every"]) or Limit(1, "d"),
            outlives=outlives if entry["outlives"] is None else entry["outlives"],
            rules=entry,
            version=version,
        )


_WITHIN = ("state", "assignments")  # an order's assignments end with it: what they would have to stop ends too


def _list_later_steps(stop: Names) -> Names:
    first = min((_STEPS.index(event) for event in stop if event in _STEPS), default=None)
    return frozenset() if first is None else frozenset(_STEPS[first:])


_STEPS = tuple(("assignments", event) for event in STEPS)


def read_limit(pair: Sequence[Any] | None) -> Limit | None:
    """A compiled limit `[number, unit]` as a Limit; None for none."""
    return Limit(int(pair[0]), str(pair[1])) if pair else None


def person_field(page: Register) -> str:
    """The field of a register that `staff.FIELD` is about: the assignee, else the first that names a person."""
    people = [field.name for field in page.fields if field.type == "staff"]
    return "assignee" if "assignee" in people else (people or [""])[0]
