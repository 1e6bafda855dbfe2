"""What is recorded: one page per register (its fields, events, moves, states). Declarations only, no I/O.

A command imports only the pages it needs, by `get`.
"""

from importlib import import_module

from dispatchctl.registers.page import Event, Field, Register

#: letter of the ids -> register; the order is the one lists and checks follow
LETTERS = {"O": "orders", "A": "assignments", "T": "staff", "U": "notices", "X": "audit"}
NAMES = tuple(LETTERS.values())

_events: dict[str, dict[str, Event]] = {}
_fields: dict[str, dict[str, Field]] = {}


def get(name: str) -> Register:
    """The page of a register; KeyError where there is no such register."""
    if name not in NAMES:
        raise KeyError(name)
    page: Register = import_module(f"dispatchctl.registers.{name}").PAGE
    return page


def events_of(name: str) -> dict[str, Event]:
    """The events of a register by name."""
    if name not in _events:
        _events[name] = {event.name: event for event in get(name).events}
    return _events[name]


def fields_of(name: str) -> dict[str, Field]:
    """The fields of a register by name."""
    if name not in _fields:
        _fields[name] = {field.name: field for field in get(name).fields}
    return _fields[name]
