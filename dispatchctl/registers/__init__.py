"""What is recorded: one page per register (its fields, events, moves, states). Declarations only, no I/O.

A command imports only the pages it needs, by `get`.
"""

from importlib import import_module

from dispatchctl.registers.page import Event, Field, Register

#: letter of the ids -> register; the order is the one lists and checks follow
LETTERS = {
    "O": "orders",
    "A": "assignments",
    "C": "complaints",
    "F": "followups",
    "S": "surveys",
    "L": "ledger",
    "U": "notices",
    "X": "audit",
    "T": "staff",
    "N": "attendance",
    "G": "training",
}
NAMES = tuple(LETTERS.values())

_events: dict[str, dict[str, Event]] = {}
_fields: dict[str, dict[str, Field]] = {}
_derived: dict[str, dict[str, Field]] = {}
_parents: dict[str, str] = {}


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


def known_of(name: str) -> dict[str, Field]:
    """What rules, measures and lists may name of a register's cases: its fields, and what is derived from them."""
    if name not in _derived:
        _derived[name] = {field.name: field for field in (*get(name).fields, *get(name).derived)}
    return _derived[name]


def case_of(name: str) -> str:
    """The case that an id is of: an item `C-20261103-0001#2` belongs to `C-20261103-0001`."""
    return name.partition("#")[0]


def parent_of(name: str) -> str:
    """The field that names the case a case of the register belongs to; "" where there is none."""
    if name not in _parents:
        _parents[name] = get(name).parent
    return _parents[name]
