"""Checks of the section `clocks`: events and fields there are, clocks that can stop, owners that can be found.

Layer: policy. Its one job: what a clock may say, told from the registers' pages.
"""

from typing import Any

from dispatchctl.policy import vocabulary
from dispatchctl.policy.reading import Path, Sheet

Clock = dict[str, Any]


def check_clocks(sheet: Sheet, rules: dict[str, Any]) -> None:
    """Every clock by itself, and clocks of one id together."""
    register_of: dict[str, str] = {}
    for index, clock in enumerate(rules["clocks"] or ()):
        path = ("clocks", index)
        register = clock["of"]
        if register is None:
            continue
        if register not in sheet.pages.names:
            sheet.unknown((*path, "of"), "unknown-register", "register", register, list(sheet.pages.names))
            continue
        name = clock["id"]
        if name is not None and register_of.setdefault(name, register) != register:
            message = f"a clock of {register}, but {name} above is one of {register_of[name]}"
            sheet.fault((*path, "of"), "clock-of-two-registers", message, register_of[name])
        check_events(sheet, path, clock)
        check_stop(sheet, path, clock)
        check_fields(sheet, path, clock, rules)
        check_owner(sheet, path, clock, rules)
        check_length(sheet, path, clock)


def split_event(register: str, word: str) -> list[str]:
    """`completed`, `assignments.rework` or `state.done` as [register or "state", name]."""
    prefix, dot, name = word.rpartition(".")
    return [prefix if dot else register, name]


def check_events(sheet: Sheet, path: Path, clock: Clock) -> None:
    """Every start, stop and excuse is an event or a state that some case can meet."""
    for key in ("start", "stop", "unless"):
        for index, word in enumerate(clock[key] or ()):
            check_event(sheet, (*path, key, index), clock["of"], word)


def check_event(sheet: Sheet, path: Path, register: str, word: str) -> None:
    """One event's name, of the register's own cases or of cases that refer to them."""
    owner, name = split_event(register, word)
    if owner == vocabulary.STATE:
        states = vocabulary.list_states(sheet.pages.get(register))
        if name not in states:
            sheet.unknown(path, "unknown-state", f"state of {register}", name, states)
        return
    if owner not in sheet.pages.names:
        sheet.unknown(path, "unknown-register", "register", owner, list(sheet.pages.names))
        return
    events = sheet.pages.events(owner)
    if name not in events:
        sheet.unknown(path, "unknown-event", f"event of {owner}", name, list(events))
    elif owner != register and not vocabulary.refers_to(sheet.pages.get(owner), register):
        message = f"{word}: a case of {owner} names no case of {register}"
        sheet.fault(path, "unrelated-event", message, f"events of {register} or of what refers to it")


def check_stop(sheet: Sheet, path: Path, clock: Clock) -> None:
    """Some stop can still come after some start."""
    register = clock["of"]
    if not clock["start"] or not clock["stop"]:
        return
    if not (sheet.is_sound(*path, "start") and sheet.is_sound(*path, "stop")):
        return
    starts = [split_event(register, word) for word in clock["start"]]
    stops = [split_event(register, word) for word in clock["stop"]]
    page = sheet.pages.get(register)
    if all(owner in (register, vocabulary.STATE) for owner, _ in starts):
        events = [name for owner, name in starts if owner == register]
        states = [name for owner, name in starts if owner == vocabulary.STATE]
        reached = vocabulary.reach_states(page, events, states)
    else:
        reached = set(vocabulary.list_states(page))
    moves = sheet.pages.events(register)
    for owner, name in stops:
        if owner not in (register, vocabulary.STATE):
            return
        if owner == vocabulary.STATE and name in reached:
            return
        if owner == register and any("*" in moves[name].before or state in moves[name].before for state in reached):
            return
    message = "can never stop: none of its stops can come after its start"
    sheet.fault((*path, "stop"), "never-stops", message, "an event that may follow the start")


def check_fields(sheet: Sheet, path: Path, clock: Clock, rules: dict[str, Any]) -> None:
    """when, due, from and item name fields; times are times, keys are keys there are."""
    register = clock["of"]
    for name, values in clock["when"].items():
        field = vocabulary.find_field(sheet.pages, register, name)
        if field is None:
            _unknown_field(sheet, (*path, "when", name), register, name)
        else:
            vocabulary.check_values(sheet, (*path, "when", name), field, values or [], rules)
    for key in ("due", "from"):
        name = clock[key]
        field = vocabulary.find_field(sheet.pages, register, name) if name is not None else None
        if name is not None and field is None:
            _unknown_field(sheet, (*path, key), register, name, vocabulary.TIME_TYPES)
        elif field is not None and field.type not in vocabulary.TIME_TYPES:
            known = ", ".join(vocabulary.list_paths(sheet.pages, register, vocabulary.TIME_TYPES))
            sheet.fault((*path, key), "no-time", f"{name} holds no time", known or "no field of this register does")
    item = clock["item"]
    if item is not None and item not in sheet.pages.fields(register):
        own = list(sheet.pages.fields(register))
        sheet.unknown((*path, "item"), "unknown-field", f"field of {register}", item, own)


def _unknown_field(sheet: Sheet, path: Path, register: str, name: str, types: tuple[str, ...] = ()) -> None:
    known = vocabulary.list_paths(sheet.pages, register, types)
    sheet.unknown(path, "unknown-field", f"field of {register}", name, known)


def check_owner(sheet: Sheet, path: Path, clock: Clock, rules: dict[str, Any]) -> None:
    """Whoever must act can be found from a case of the register."""
    known = vocabulary.list_owner_words(sheet.pages.get(clock["of"]), list(rules["roles"]))
    for index, word in enumerate(clock["owner"]):
        if word not in known:
            sheet.unknown((*path, "owner", index), "unknown-owner", "owner", word, known)
        elif word in clock["owner"][:index]:
            sheet.fault((*path, "owner", index), "named-twice", f"{word} stands twice", "once")


def check_length(sheet: Sheet, path: Path, clock: Clock) -> None:
    """A limit or a due field; pauses and extensions only where the register has them."""
    register = clock["of"]
    if clock["limit"] is None and clock["due"] is None and sheet.is_sound(*path, "limit"):
        sheet.fault(path, "no-limit", "has neither limit nor due", "limit: a span, or due: a field that holds a time")
    if clock["pause"] and not vocabulary.has_pauses(sheet.pages, register):
        sheet.fault((*path, "pause"), "no-pauses", f"cases of {register} are never paused", "assignments, orders")
    if clock["extendable"] and register not in ("assignments", "orders"):
        message = f"a clock of {register} cannot be extended"
        sheet.fault((*path, "extendable"), "not-extendable", message, "clocks of assignments or orders")
