"""What the registers offer to the rules: their events, fields, states, and the cases and people they refer to.

Layer: policy. Its one job: answer "is there such a field or event?" for the checks, from the registers' pages alone.
"""

from collections.abc import Sequence
from typing import Any

from dispatchctl.policy.reading import Path, Sheet, show_word
from dispatchctl.registers import Pages
from dispatchctl.registers.complaints import GROUPS
from dispatchctl.registers.page import ANY, BACK, FIRST, VOID, Field, Register

BREACH = "breach"  # `breach.complete`: a clock that ran out
STATE = "state"  # `state.done`: the moment a case reaches a state
OWNER_WORDS = ("dispatcher", "receiver", "department-head")
TIME_TYPES = ("time", "date")
NUMBER_TYPES = ("money", "integer")


def list_prefixes(page: Register) -> dict[str, str]:
    """prefix -> register, for what a case of the page's refers to: {"order": "orders", "staff": "staff"}."""
    prefixes = {}
    for field in page.fields:
        if field.type == "case" and field.of:
            prefixes[field.of.removesuffix("s")] = field.of
        elif field.type == "staff":
            prefixes["staff"] = "staff"
    return prefixes


def find_field(pages: Pages, register: str, path: str) -> Field | None:
    """The field that `service` or `order.service` names for a case of `register`; None where there is none."""
    prefix, dot, name = path.rpartition(".")
    if dot:
        target = list_prefixes(pages.get(register)).get(prefix)
        return pages.fields(target).get(name) if target else None
    return pages.known(register).get(name)


def list_paths(pages: Pages, register: str, types: tuple[str, ...] = ()) -> list[str]:
    """Every path that find_field answers, own fields first; only those of the given types where any is given."""
    own = [field.name for field in pages.known(register).values() if not types or field.type in types]
    for prefix, target in list_prefixes(pages.get(register)).items():
        fields = pages.get(target).fields
        own += [f"{prefix}.{field.name}" for field in fields if not types or field.type in types]
    return own


def list_staff_fields(page: Register) -> list[str]:
    """The fields of a register that name a person."""
    return [field.name for field in page.fields if field.type == "staff"]


def list_owner_words(page: Register, roles: "list[str]") -> list[str]:
    """Who may owe a clock of a register: its staff fields, the words the program knows, the roles."""
    words = list_staff_fields(page)
    dispatched = page.name == "orders" or "order" in list_prefixes(page)
    words += [word for word in OWNER_WORDS if word not in words and (dispatched or word != "dispatcher")]
    return words + [role for role in roles if role not in words]


def list_states(page: Register) -> list[str]:
    """The states of a register, but for void."""
    return [state.name for state in page.states if state.name != VOID]


def refers_to(other: Register, register: str) -> bool:
    """Whether a case of `other` names a case of `register`."""
    return any(field.type == "case" and field.of in ("", register) for field in other.fields)


def has_pauses(pages: Pages, register: str) -> bool:
    """Whether a clock of the register can be paused: an order's are, through its assignments."""
    if "paused" in pages.events(register):
        return True
    return any(
        "paused" in pages.events(name) and pages.parent(name) and _names(pages, name, register) for name in pages.names
    )


def _names(pages: Pages, other: str, register: str) -> bool:
    parent = pages.fields(other).get(pages.parent(other))
    return parent is not None and parent.of == register


def reach_states(page: Register, events: "list[str]", states: "list[str]") -> set[str]:
    """The states a case may be in after one of the events, or after it was in one of the states.

    A state that no event leads to (an order's `done`) follows from other cases, so it may come after any open one.
    """
    finals = {state.name for state in page.states if state.final}
    derived = {state.name for state in page.states} - {event.after for event in page.events} - {VOID}
    every = {state.name for state in page.states if state.name != VOID}
    moves = {event.name: event for event in page.events if event.name != "retracted"}
    reached: set[str] = set(states)
    for name in events:
        if name in moves:
            reached |= _leave(moves[name].before, moves[name].after, every, every - finals)
    while True:
        more: set[str] = set()
        for event in moves.values():
            if any(_allows(event.before, state) for state in reached):
                stay = {state for state in reached if _allows(event.before, state)}
                more |= _leave(tuple(stay), event.after, every, every - finals)
        if derived and reached & (every - finals):
            more |= derived
        if more <= reached:
            return reached
        reached |= more


def _allows(before: tuple[str, ...], state: str) -> bool:
    return ANY in before or state in before


def _leave(before: tuple[str, ...], after: str, every: set[str], unfinished: set[str]) -> set[str]:
    if after == BACK:
        return unfinished
    if after:
        return {after}
    return every if ANY in before else {state for state in before if state != FIRST}


STORED_FLAGS = {"true": "yes", "false": ""}  # how the rules write a flag: how a record holds it


def store_conditions(pages: Pages, names: "list[str]", when: "dict[str, list[str]]") -> "list[list[Any]]":
    """Conditions of cases of these registers as [path, values], the values as a record holds them."""
    return [
        [path, [STORED_FLAGS.get(value, value) for value in values] if _is_flag(pages, names, path) else values]
        for path, values in when.items()
    ]


def write_conditions(pages: Pages, names: "list[str]", when: "list[list[Any]]") -> "dict[str, list[str]]":
    """The same as the rules write them."""
    flags = {stored: written for written, stored in STORED_FLAGS.items()}
    return {
        path: [flags.get(value, value) for value in values] if _is_flag(pages, names, path) else values
        for path, values in when
    }


def list_sources(of: "list[list[str]]", clocks: "list[dict[str, Any]]") -> "list[str]":
    """The registers whose cases the facts [register or "breach", name] of a charge are about."""
    by_clock = {clock["id"]: clock["of"] for clock in clocks}
    return [by_clock.get(name, "") if source == BREACH else source for source, name in of]


def _is_flag(pages: Pages, names: "list[str]", path: str) -> bool:
    fields = [find_field(pages, name, path) for name in names if name in pages.names]
    return any(field is not None and field.type == "flag" for field in fields)


def list_kinds(rules: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The kinds of complaints by the group of rulings that they belong to, each with its title or none."""
    return {group.name: rules["complaints"][group.name] for group in GROUPS}


def list_keys(section: str, rules: dict[str, Any]) -> list[str]:
    """The keys that a field of kind key may hold, by its section of the rules; none where any text will do."""
    if section == "complaint_kinds":
        return [kind for kinds in list_kinds(rules).values() for kind in kinds]
    table = rules.get(section)
    return list(table) if isinstance(table, dict) else []


def check_values(
    sheet: Sheet, path: Path, field: Field | None, values: "Sequence[str | None]", rules: dict[str, Any]
) -> None:
    """Values of a field of kind key or choice are among those there are; other fields take any."""
    known: list[str] = []
    if field is not None and field.type == "key":
        known = list_keys(field.of, rules)
    elif field is not None and field.type == "choice":
        known = list(field.choices)
    elif field is not None and field.type == "flag":
        known = list(STORED_FLAGS)
    for index, value in enumerate(values):
        if known and value is not None and value not in known:
            sheet.unknown((*path, index), "unknown-value", str(field and field.name), value, known)


def check_names(sheet: Sheet, path: Path, names: "list[str]", known: "list[str]", what: str = "role") -> None:
    """Names of a list are among those there are, each once; a default is not the writer's mistake."""
    if not sheet.is_written(*path):
        return
    for index, name in enumerate(names):
        if name not in known:
            sheet.unknown((*path, index), f"unknown-{what}", what, name, known)
        elif name in names[:index]:
            sheet.fault((*path, index), "named-twice", f"{show_word(name)} stands twice", "once")
