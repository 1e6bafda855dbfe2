"""Makes the commands of one event: their options are the fields of the event on its register's page. Commands.

The page says which fields an event takes, of which type and by which option: these are the verb's options, with their
completion. A line of a table says what the page does not: help, an example, and where an option differs. A verb whose
line in `commands` is `verbs:REGISTER.EVENT` needs no table at all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import click

from dispatchctl.commands import GROUPS
from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import print_done
from dispatchctl.desk.books import Books
from dispatchctl.desk.fields import Typed
from dispatchctl.desk.recording import Done, Refusal
from dispatchctl.options import (
    CASE,
    DAY,
    MONEY,
    MONTH,
    NOT_GIVEN,
    SIGNED_MONEY,
    STAFF,
    WHEN,
    KeyOf,
    OneOf,
    TypedText,
    Writing,
    command,
    take_ids,
)
from dispatchctl.registers import SHIPPED
from dispatchctl.registers.page import FIRST, SIGNED, Event, Field, name_option

HELP = {
    "reason": "Why.",
    "comment": "What was said.",
    "parts": "What was used.",
    "cost": "What it cost.",
}
TYPES = {"money": MONEY, "time": WHEN, "month": MONTH, "staff": STAFF, "case": CASE, "date": DAY}

Decorator = Callable[[Any], Any]
Given = dict[str, Any]  # parameter -> what was typed
Run = Callable[[Books, str, Given, Writing], int]  # of an event
UseCase = Callable[[Books, Sequence[str], str, Typed, Writing], tuple[list[Done], list[Refusal]]]


class Asked(NamedTuple):
    """How the option of a field differs from the page's: "" and None where it does not."""

    text: str = ""
    required: bool | None = None
    spelled: str = ""
    metavar: str = ""


class Verb(NamedTuple):
    """One verb: its event, its help and an example (what follows its word); options by field, None for no option.

    several: it takes many cases. more: options that the page does not tell of.
    """

    event: str
    text: str
    example: str
    options: Mapping[str, Asked | None] = {}
    several: bool = False
    more: tuple[Decorator, ...] = ()


def make_verb(
    register: str, group: str, name: str, verb: Verb, run: Run, *takes: Decorator, judges: bool = False
) -> click.Command:
    """The command of a verb. group: of which it is one, "" for none. takes: what it is about, as click arguments.

    judges: as for with_books. An argument named like a field of the event gives that field, which then is no option.
    """

    def body(books: Books, writing: Writing, **given: Any) -> int:
        return run(books, verb.event, given, writing)

    words = " ".join(each for each in ("dispatchctl", group, name, verb.example) if each)
    body.__doc__ = f"{verb.text}\n\n\b\nExample:\n  {words}\n"
    made: Any = with_books(judges=judges, writes=True)(body)
    for decorate in reversed(verb.more):
        made = decorate(made)
    taken = {param.name for param in _list_params(takes)}
    for field, required in reversed(list(list_typed(register, verb.event))):
        asked = verb.options.get(field.name, Asked())
        if field.name not in taken and asked is not None:
            made = make_option(field, required, asked)(made)
    for take in reversed(takes):
        made = take(made)
    return command(name)(made)


def _list_params(takes: Sequence[Decorator]) -> list[click.Parameter]:
    def probe() -> None: ...

    made: Any = probe
    for take in takes:
        made = take(made)
    return list(getattr(made, "__click_params__", ()))


def list_typed(register: str, event: str) -> Iterator[tuple[Field, bool]]:
    """The fields that somebody types for an event, each with whether it must be given.

    Attachments are every command's, and contacts are found by name, phone and address.
    """
    fields, page_event = SHIPPED.fields(register), SHIPPED.events(register)[event]
    for name in dict.fromkeys((*page_event.required, *page_event.optional)):
        if name != "attached" and fields[name].type != "contact":
            yield fields[name], name in page_event.required


def make_option(field: Field, required: bool, asked: Asked) -> Decorator:
    """The option of a field, by the page and what a verb's line says of it."""
    if asked.required is not None:
        required = asked.required
    more: dict[str, Any] = {"help": asked.text or HELP.get(field.name), "required": required}
    if field.type == "flag":
        return click.option(asked.spelled or name_option(field), field.name, is_flag=True, help=more["help"])
    kind = _find_type(field)
    if kind is not None:
        more["type"] = kind
    if asked.metavar or kind is None:
        more["metavar"] = asked.metavar or "TEXT"
    if field.many:
        more["multiple"] = True
    elif not required:  # click takes a default, even an empty one, for an answer
        more["default"] = NOT_GIVEN if kind is not None else ""
    return click.option(asked.spelled or name_option(field), field.name, **more)


def _find_type(field: Field) -> Any:
    if field.type == "key":
        return KeyOf(field.of)
    if field.type == "choice":
        return OneOf(field.choices)
    if field.of == SIGNED:
        return SIGNED_MONEY
    if field.type == "integer":
        return TypedText(field.of)
    return TYPES.get(field.type)


def run_each(use_case: UseCase, register: str, subject: str) -> Run:
    """What a verb does: one event of each case that the argument `subject` names, and print them."""

    def run(books: Books, event: str, given: Given, writing: Writing) -> int:
        named = given.pop(subject)
        ids = (named,) if isinstance(named, str) else named
        done, refused = use_case(books, ids, event, given, writing)
        return print_done(books, register, done, refused=refused, single=len(ids) == 1)

    return run


def serve(verbs: Mapping[str, Verb], make: Callable[[str, Verb], click.Command]) -> Callable[[str], click.Command]:
    """The `__getattr__` of a module of verbs: each is made when its attribute (`ask_extension`) is asked for."""

    def find(attribute: str) -> click.Command:
        name = attribute.replace("_", "-")
        if name not in verbs:
            raise AttributeError(attribute)
        return make(name, verbs[name])

    return find


def __getattr__(attribute: str) -> click.Command:
    """The verb `REGISTER.EVENT` of a register that needs no workflow: its page and its line of help say everything."""
    register, _, event = attribute.partition(".")
    line = f"verbs:{attribute}"
    for group, (_, verbs) in GROUPS.items():
        for name, (where, text) in verbs.items():
            if where == line:
                return _make_plain(register, group, name, SHIPPED.events(register)[event], text)
    raise AttributeError(attribute)


def _make_plain(register: str, group: str, name: str, event: Event, text: str) -> click.Command:
    from dispatchctl.desk.events import begin_one, record_each_of

    opens = FIRST in event.before
    needed = [field for field, required in list_typed(register, event.name) if required]
    given = [f"{name_option(field)} {_show_value(field)}" for field in needed]
    example = " ".join(given if opens else ["7", *given])
    verb = Verb(event.name, text, example)
    if opens:

        def run(books: Books, event: str, given: Given, writing: Writing) -> int:
            return print_done(books, register, [begin_one(books, register, event, given, writing)])

        return make_verb(register, group, name, verb, run)

    def use_case(
        books: Books, ids: Sequence[str], event: str, typed: Typed, writing: Writing
    ) -> tuple[list[Done], list[Refusal]]:
        return record_each_of(books, register, ids, event, typed, writing)

    return make_verb(register, group, name, verb, run_each(use_case, register, "cases"), take_ids("cases"))


def _show_value(field: Field) -> str:
    shown = {"time": "2026-11-23T12:00", "date": "2026-11-23", "month": "last", "money": "50", "integer": "5"}
    return shown.get(field.type) or (field.choices[0] if field.choices else field.type.upper())
