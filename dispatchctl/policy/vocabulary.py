"""What the registers offer to the rules: their events, fields, states, and the cases and people they refer to.

Layer: policy. Its one job: answer "is there such a field or event?" for the checks, from the registers' pages alone.
"""

from dispatchctl import registers
from dispatchctl.policy.reading import Path, Sheet
from dispatchctl.registers.page import ANY, BACK, FIRST, VOID, Field, Register

STATE = "state"  # `state.done`: the moment a case reaches a state
OWNER_WORDS = ("dispatcher", "receiver", "department-head")
TIME_TYPES = ("time", "date")
NUMBER_TYPES = ("money", "integer")


def list_registers() -> list[str]:
    """The registers that rules may name."""
    return list(registers.NAMES)


def list_prefixes(register: str) -> dict[str, str]:
    """prefix -> register, for what a case of `register` refers to: {"order": "orders", "staff": "staff"}."""
    prefixes = {}
    for field in registers.get(register).fields:
        if field.type == "case" and field.of:
            prefixes[field.of.removesuffix("s")] = field.of
        elif field.type == "staff":
            prefixes["staff"] = "staff"
    return prefixes


def find_field(register: str, path: str) -> Field | None:
    """The field that `service` or `order.service` names for a case of `register`; None where there is none."""
    prefix, dot, name = path.rpartition(".")
    if dot:
        target = list_prefixes(register).get(prefix)
        return registers.fields_of(target).get(name) if target else None
    return registers.fields_of(register).get(name)


def list_paths(register: str, types: tuple[str, ...] = ()) -> list[str]:
    """Every path that find_field answers, own fields first; only those of the given types where any is given."""
    own = [field.name for field in registers.get(register).fields if not types or field.type in types]
    for prefix, target in list_prefixes(register).items():
        fields = registers.get(target).fields
        own += [f"{prefix}.{field.name}" for field in fields if not types or field.type in types]
    return own


def list_staff_fields(register: str) -> list[str]:
    """The fields of a register that name a person."""
    return [field.name for field in registers.get(register).fields if field.type == "staff"]


def list_owner_words(register: str, roles: "list[str]") -> list[str]:
    """Who may owe a clock of a register: its staff fields, the words the program knows, the roles."""
    words = list_staff_fields(register)
    dispatched = register == "orders" or "order" in list_prefixes(register)
    words += [word for word in OWNER_WORDS if word not in words and (dispatched or word != "dispatcher")]
    return words + [role for role in roles if role not in words]


def list_states(register: str) -> list[str]:
    """The states of a register, but for void."""
    return [state.name for state in registers.get(register).states if state.name != VOID]


def refers_to(other: str, register: str) -> bool:
    """Whether a case of `other` names a case of `register`."""
    return any(field.type == "case" and field.of in ("", register) for field in registers.get(other).fields)


def has_pauses(register: str) -> bool:
    """Whether a clock of the register can be paused: an order's are, through its assignments."""
    if "paused" in registers.events_of(register):
        return True
    return any(
        "paused" in registers.events_of(name) and registers.get(name).parent and _names(name, register)
        for name in registers.NAMES
    )


def _names(other: str, register: str) -> bool:
    page = registers.get(other)
    parent = registers.fields_of(other).get(page.parent)
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


def check_values(
    sheet: Sheet, path: Path, field: Field | None, values: "list[str | None]", rules: dict[str, object]
) -> None:
    """Values of a field of kind key or choice are among those there are; other fields take any."""
    known: list[str] = []
    if field is not None and field.type == "key":
        table = rules.get(field.of)
        known = list(table) if isinstance(table, dict) else []
    elif field is not None and field.type == "choice":
        known = list(field.choices)
    for index, value in enumerate(values):
        if known and value is not None and value not in known:
            sheet.unknown((*path, index), "unknown-value", str(field and field.name), value, known)
