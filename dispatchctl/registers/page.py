"""What a register's page is made of: fields, events with their moves, states; how long a text may be. No I/O.

A page is written once; from it come the CSV header, validation, the fold, the help text and options of
plain commands, JSON keys, the schema document and the labels in Chinese and English.
"""

from collections.abc import Iterable
from typing import NamedTuple

FIRST = ""  # in Event.before: the event may open a case
ANY = "*"  # in Event.before: any state but void
BACK = "<"  # as Event.after: the state before the present one (resumed)
SIGNED = "signed"  # as Field.of of money: below 0 too, as what is given back is
VOID = "void"  # the state of a case whose first row was retracted

HEAD = ("at", "recorded_at", "by", "id", "event")
TAIL = ("source_ref", "request_id", "note", "seq", "crc")
TEXT_LIMIT = 32 * 1024  # bytes of UTF-8 in one field: csv cannot read back fields of more than 131,072 characters


class Field(NamedTuple):
    """One column.

    type: text, key (a key of the section `of` of the policy), choice (one of `choices`), staff (a staff id),
    case (an id of register `of`, or of any), contact (a contact id), money (decimal, two places; of SIGNED: also
    below 0), integer (from `of` "low..high"), time (ISO 8601 with offset), date, month (YYYY-MM), row (a row
    reference), flag.
    many: a list; its items are joined by `;` in the file. option: the word after `--` that gives it on the command
    line, where that is not its name. ends: a time by which something is to be done: a bare day that is typed for it
    means the end of that day's business, not its beginning.
    """

    name: str
    en: str
    zh: str
    type: str = "text"
    of: str = ""
    choices: tuple[str, ...] = ()
    many: bool = False
    option: str = ""
    ends: bool = False


class Event(NamedTuple):
    """One kind of row: the states it may happen in, the state it leads to ("": stays), the fields it takes."""

    name: str
    en: str
    zh: str
    before: tuple[str, ...]
    after: str = ""
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


class State(NamedTuple):
    """One state of a case; `final` ends its running clocks, `open` says that somebody still has to act."""

    name: str
    en: str
    zh: str
    final: bool = False
    open: bool = True


class Register(NamedTuple):
    """One register: its page.

    parent: the field that names the case it belongs to (an assignment's order). under: its cases end when that one
    ends. derived: what follows from the rows without being in any: shown, filtered and counted like a field. decided:
    its cases are decisions: events of their own take them back, nobody amends or retracts them. stands: what its rows
    say stands for ever: none is amended or taken back, and rows of older releases that do so count for nothing. undone:
    `undo` takes back its rows, too. one: what messages call a case of it. listed: the columns of `list`; id and state
    by default; with `at` a list tells when and by whom a case began. item: the field that numbers the parts of a case
    (a complaint's measures). told: what an answer to people says of a case besides its state, by its fields, else its
    parent's. subject: the fields that name whom its rows are about ("id": the case is the person).
    rowwise: fields of which each row has its own (a mark's), read row by row. fixed: fields
    on which more rests than their value: the row is taken back instead. once: fields that together with the event name
    what is told once, whichever row tells it ("id": the case); what tells it again says nothing more.
    """

    name: str
    letter: str
    en: str
    zh: str
    fields: tuple[Field, ...]
    events: tuple[Event, ...]
    states: tuple[State, ...]
    parent: str = ""
    under: bool = False
    derived: tuple[Field, ...] = ()
    decided: bool = False
    stands: bool = False
    undone: bool = True
    one: str = "case"
    listed: tuple[str, ...] = ("id", "state")
    item: str = ""
    told: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    rowwise: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    once: tuple[str, ...] = ()


def list_carried(page: Register, event: str) -> tuple[str, ...]:
    """The fields that a row of an event carries, but for what it refers to: its attachments, the row it takes back."""
    declared = next(each for each in page.events if each.name == event)
    names = dict.fromkeys((*declared.required, *declared.optional))
    return tuple(name for name in names if name not in ("row", "attached"))


def list_part_fields(page: Register) -> frozenset[str]:
    """The fields that say something of one part of a case: those that only events about a part take, and its number."""
    if not page.item:
        return frozenset()
    about = [event for event in page.events if page.item in event.required]
    others = [event for event in page.events if event not in about and event.name != "amended"]
    return frozenset(_take(about) - _take(others))


def name_parts(page: Register) -> str:
    """What the parts of a case are called together: `measures` of `measure_id`, `opinions` of `opinion_id`."""
    return f"{page.item.removesuffix('_id')}s"


def _take(events: Iterable[Event]) -> set[str]:
    return {name for event in events for name in (*event.required, *event.optional)}


REASON = Field("reason", "reason", "原因")
ROW = Field("row", "retracted row", "撤回的记录", type="row")
ATTACHED = Field("attached", "attachments", "附件", many=True)
SPAN = ".."  # between the two events of a span, in the name by which the index keeps it: `orders.taken..closed`
ALONE = Field("alone", "nobody else could", "无他人可办")  # why somebody did what only somebody else may do


def complete_page(page: Register) -> Register:
    """The page with what every register has: `amended` and `retracted`, the state void, and their columns."""
    names = {field.name for field in page.fields}
    fields = page.fields + tuple(field for field in (REASON, ROW, ATTACHED, ALONE) if field.name not in names)
    own = tuple(field.name for field in page.fields if field.name != "reason")
    corrections = (
        Event("amended", "amended", "更正", (ANY,), required=("reason",), optional=own),
        Event("retracted", "retracted", "撤回", (ANY,), required=("row", "reason")),
    )
    events = tuple(
        event._replace(optional=tuple(dict.fromkeys((*event.optional, "attached")))) for event in page.events
    )
    void = State(VOID, "void", "作废", final=True, open=False)
    return page._replace(fields=fields, events=events + corrections, states=(*page.states, void))


def name_option(field: Field) -> str:
    """The option that gives a field its value: `--skill` of `skills`, `--on-site` of `on_site`."""
    return f"--{field.option or field.name.replace('_', '-')}"


def list_columns(page: Register) -> tuple[str, ...]:
    """The header of the register's files: HEAD, the page's own columns in its order, TAIL."""
    return HEAD + tuple(field.name for field in page.fields) + TAIL


def join_items(items: "list[str] | tuple[str, ...]") -> str:
    """A list as the text of one field: items joined by `;`, with `\\` and `;` inside an item escaped by `\\`."""
    return ";".join(item.replace("\\", "\\\\").replace(";", "\\;") for item in items)


def split_items(text: str) -> list[str]:
    """The list that join_items wrote; an empty text is the empty list."""
    if not text:
        return []
    if "\\" not in text:
        return text.split(";")
    items, item, escaped = [], "", False
    for char in text:
        if escaped:
            item, escaped = item + char, False
        elif char == "\\":
            escaped = True
        elif char == ";":
            items.append(item)
            item = ""
        else:
            item += char
    return [*items, item]
