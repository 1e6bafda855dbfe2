"""Recording for those without a workflow: one event of a case, of each of several, or a new case. Desk."""

from collections.abc import Callable, Sequence

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step, lint_privacy
from dispatchctl.desk.fields import Typed, read_fields
from dispatchctl.desk.names import resolve_case
from dispatchctl.desk.recording import Done, Refusal, find_replay, name_item, record
from dispatchctl.registers.page import name_option
from dispatchctl.rules.families import Family
from dispatchctl.typed import Writing

# --- recording ----------------------------------------------------------------------------------------------------

Plan = Callable[[Instant, Family], Sequence[Step]]  # what an act on a case records, decided under the lock
PlanFor = Callable[[str, Instant], tuple[str, Sequence[Step]]]  # the case that an item means, and its steps


def act(books: Books, register: str, case: str, plan: Plan, writing: Writing, events: Sequence[str]) -> Done:
    """Record what `plan` answers about a case, as one command. events: those that a used --request-id may be for.

    The plan is asked under the lock and may raise Refused; whatever the page does not allow is refused after it.
    """

    def decide(moment: Instant) -> Sequence[Step]:
        return place_steps(case, plan(moment, books.family(case)))

    return record(books, register, require_actor(books), decide, writing, events, case)


def begin(
    books: Books,
    register: str,
    start: Callable[[Instant], Sequence[Step]],
    writing: Writing,
    events: Sequence[str],
    *,
    about: str = "",
    actor: str = "",
    adopted: str = "",
) -> Done:
    """Record a new case with its first events, as one command; its id is the next of the register.

    Steps that name a case of their own make that one: several new cases, or one whose id is not counted. about: a case
    of the family it joins, which a used --request-id must have been for. actor: where it is not whoever acts. adopted:
    see Books.refuse_short.
    """
    return record(books, register, actor or require_actor(books), start, writing, events, about, adopted)


def act_each(
    books: Books,
    register: str,
    ids: Sequence[str],
    plan_for: PlanFor,
    writing: Writing,
    events: Sequence[str],
    named: Sequence[str] = (),
) -> tuple[list[Done], list[Refusal]]:
    """Record what `plan_for` answers about each of these cases, item by item: what is done stays done.

    named: the registers in which a short id is sought, where it is not the one written to. A single one is a command
    like any other: what refuses it is raised.
    """
    actor, named = require_actor(books), named or (register,)

    def decide(item: str, moment: Instant) -> Sequence[Step]:
        return place_steps(*plan_for(item, moment))

    if len(ids) == 1:
        case = resolve_case(books, ids[0], named, only=True)
        key = f"{writing.request_id}/{name_item(case)}" if writing.request_id else ""
        known = find_replay(books, key, register, events, case)  # as one of several before
        if known is not None:
            return [known], []
        return [record(books, register, actor, lambda moment: decide(case, moment), writing, events, case)], []
    from dispatchctl.desk.itemwise import record_each, resolve_items  # one alone needs none of it

    cases, unknown = resolve_items(books, ids, named)
    done, refused = record_each(books, register, actor, cases, decide, writing, events)
    return [each for _, each in done], unknown + refused


def begin_one(books: Books, register: str, event: str, typed: Typed, writing: Writing) -> Done:
    """Begin a case of a register whose page says everything: the event's fields as typed, nothing derived."""

    def start(moment: Instant) -> list[Step]:
        return [_read_step(books, register, event, typed, moment, writing)]

    return begin(books, register, start, writing, (event,))


def record_each_of(
    books: Books, register: str, ids: Sequence[str], event: str, typed: Typed, writing: Writing
) -> tuple[list[Done], list[Refusal]]:
    """Record one event of each of these cases of a register whose page says everything."""

    def plan(case: str, moment: Instant) -> tuple[str, list[Step]]:
        return case, [_read_step(books, register, event, typed, moment, writing)]

    return act_each(books, register, ids, plan, writing, (event,))


def _read_step(books: Books, register: str, event: str, typed: Typed, moment: Instant, writing: Writing) -> Step:
    fields = read_fields(books, register, typed, moment)
    known = books.pages.fields(register)
    texts = {name_option(known[name]): text for name, text in fields.items() if known[name].type == "text"}
    lint_privacy(books, {**texts, "--note": writing.note})
    return Step(event, fields)


def place_steps(case: str, steps: Sequence[Step]) -> list[Step]:
    """The steps, those without a case being of this one."""
    return [step if step.case else step._replace(case=case) for step in steps]
