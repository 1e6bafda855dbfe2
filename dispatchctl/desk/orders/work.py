"""How the work goes: the events of an assignment after it was made. Desk (PD-2.4, PD-2.5, PD-4.3, PD-4.4, KZ-8.9)."""

from collections.abc import Callable, Sequence
from datetime import datetime

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step, refuse_event
from dispatchctl.desk.events import act_each
from dispatchctl.desk.fields import Typed, check_future, read_end
from dispatchctl.desk.names import SHOWN, ends_with, show_text
from dispatchctl.desk.recording import Done, Refusal
from dispatchctl.desk.times import format_time, local_day
from dispatchctl.errors import Refused
from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.families import Case, may_happen
from dispatchctl.typed import Writing


def track(
    books: Books, ids: Sequence[str], event: str, typed: Typed, writing: Writing
) -> tuple[list[Done], list[Refusal]]:
    """Record one event of each of these assignments (or orders that mean one); several go item by item."""
    actor = require_actor(books)

    def plan(item: str, moment: Instant) -> tuple[str, Sequence[Step]]:
        assignment = pick_assignment(books, item, (event,), actor)
        texts = {name: str(text) for name, text in typed.items() if text}
        texts = CHECKS.get(event, _check_nothing)(books, assignment, texts, actor, moment)
        return assignment, [Step(event, texts)]

    ids = [find_own(books, each, actor) or each for each in ids]
    return act_each(books, "assignments", ids, plan, writing, (event,), ("assignments", "orders"))


def find_own(books: Books, text: str, actor: str) -> str:
    """The acting person's own assignment that a short id means, by its number, else by its order's; "" for none.

    Open ones before those that have ended. Refused where it may be any of several.
    """
    text = text.strip()
    rows = books.index.db.execute(
        "SELECT id, order_id, content FROM assignments WHERE assignee = ? AND final = 0 ORDER BY id", (actor,)
    ).fetchall()
    for place in (0, 1):
        found = [row for row in rows if ends_with(row[place], text)]
        if len(found) > 1:
            today = local_day(books, books.now)
            found = [row for row in found if row[place].split("-")[1] == today] or found
        if len(found) == 1:
            return str(found[0][0])
        if found:
            shown = ", ".join(f"{row[0]} ({row[2]})" for row in found[-SHOWN:][::-1])
            raise Refused(f"{show_text(text)} may be any of {len(found)} of {actor}'s", hint=f"say which: {shown}")
    return ""


def pick_assignment(books: Books, case_id: str, events: Sequence[str], actor: str) -> str:
    """The assignment that a verb means: itself, or of an order the one it can apply to.

    Among those in a state that allows the verb: the acting person's own, else the only lead's; else Refused with the
    choice.
    """
    family = books.family(case_id)
    case = family.cases[case_id]
    if case.register != "orders":
        return case_id
    jobs = [each for each in family.children.get(case_id, ()) if each.register == "assignments"]
    fit = [job for job in jobs if any(may_happen(job, case, event) for event in events)]
    own = [job for job in fit if job.fields.get("assignee") == actor]
    leads = [job for job in fit if job.fields.get("role") == "lead"]
    if len(own) == 1:
        return own[0].id
    if not own and len(leads) == 1:
        return leads[0].id
    if not fit:
        if len(jobs) == 1:
            raise refuse_event(jobs[0], events[0])
        raise Refused(f"{case_id} is {case.state}: it has no assignment for which {events[0]} is possible")
    choice = ", ".join(f"{job.id} ({job.fields.get('assignee')}, {job.state})" for job in own or fit)
    raise Refused(f"{case_id} has several assignments for that", hint=f"say which: {choice}")


Check = Callable[[Books, str, dict[str, str], str, Instant], dict[str, str]]


def _check_nothing(
    books: Books, assignment: str, fields: dict[str, str], actor: str, moment: Instant
) -> dict[str, str]:
    return fields


def _check_pause(books: Books, assignment: str, fields: dict[str, str], actor: str, moment: Instant) -> dict[str, str]:
    reasons = list_reasons(books, moment.at)
    if fields.get("reason") not in reasons:
        listed = ", ".join(reasons) or "none"
        raise Refused(f"{show_text(fields.get('reason', ''))} stops no clock (allowed: {listed})", place="--reason")
    return fields


def list_reasons(books: Books, at: int) -> list[str]:
    """The reasons for a pause that some clock of orders or assignments lists."""
    clocks = books.book.at(at)[0].policy["clocks"]
    return list(dict.fromkeys(reason for clock in clocks for reason in (clock["pause"] or {})))


def list_extendable(books: Books, assignment: str) -> list[Instance]:
    """The running instances of the assignment and its order that a granted extension would move."""
    family = books.family(assignment)
    job = family.cases[assignment]
    cases = [job, family.cases[job.parent]] if job.parent in family.cases else [job]
    return [
        one
        for case in cases
        for one in books.judging.instances(family, case)
        if one.state == "running" and one.variant.extendable
    ]


def _check_ask(books: Books, assignment: str, fields: dict[str, str], actor: str, moment: Instant) -> dict[str, str]:
    _check_open(books, assignment, "extension-asked")
    running = list_extendable(books, assignment)
    if not running:
        raise Refused(f"{assignment} has no running clock that could be extended")
    judged = _choose_judged(running, assignment)
    if not any(_is_in_time(one, moment) for one in judged):
        due = format_time(books, max(one.due_at or 0 for one in judged))
        clauses = ", ".join(dict.fromkeys(clause for one in judged for clause in one.variant.rules["source"]))
        raise Refused(
            f"{assignment} was due at {due}: an extension is asked for before that, not after"
            + (f" ({clauses})" if clauses else "")
        )
    until = _read_until(books, fields["until"], moment)
    _check_longer(books, judged, until)
    return {**fields, "until": until}


def _choose_judged(running: Sequence[Instance], assignment: str) -> list[Instance]:
    """The instances by which it is told whether an extension is asked for in time: the assignment's own, if it has any.

    Its order mostly has days left when the work itself is late already (KZ-8.9).
    """
    return [one for one in running if one.case == assignment] or list(running)


def _is_in_time(one: Instance, moment: Instant) -> bool:
    return one.due_at is None or moment.at <= one.due_at


def _read_until(books: Books, text: str, moment: Instant) -> str:
    until = read_end(books, text, moment, "--until")
    check_future(until, moment, "--until")
    return until


def _check_open(books: Books, assignment: str, event: str) -> None:
    family = books.family(assignment)
    case = family.cases[assignment]
    if not may_happen(case, family.cases.get(case.parent), event):
        raise refuse_event(case, event)


def _check_grant(books: Books, assignment: str, fields: dict[str, str], actor: str, moment: Instant) -> dict[str, str]:
    _check_open(books, assignment, "extension-granted")
    job = books.case(assignment)
    until = fields.get("due_at") or ""
    if until:
        until = _read_until(books, until, moment)
    else:
        until = job.fields.get("until", "")
        if not until or not _is_pending(job):
            raise Refused(f"nobody has asked to extend {assignment}", hint="say until when: --until ISO")
    judged = _choose_judged(list_extendable(books, assignment), assignment)
    if not any(one.extension == "asked" or _is_in_time(one, moment) for one in judged):
        raise Refused(f"{assignment} was not asked to be extended before it was due (KZ-8.9)")
    _check_longer(books, judged, until)
    if datetime.fromisoformat(until).timestamp() < moment.at:
        books.warnings.append(f"{assignment} is extended until {until}, which is past: it is late all the same")
    return {**fields, "due_at": until}


def _check_start(books: Books, assignment: str, fields: dict[str, str], actor: str, moment: Instant) -> dict[str, str]:
    if books.case(assignment).state == "assigned":
        books.warnings.append(f"{assignment} was not acknowledged: its start counts as that too")
    return fields


def _check_longer(books: Books, judged: Sequence[Instance], until: str) -> None:
    """Refused for a time that is no more than there is: nothing is cut short by an extension."""
    dues = [one.due_at for one in judged]
    latest = max((due for due in dues if due is not None), default=None)
    if latest is not None and None not in dues and datetime.fromisoformat(until).timestamp() <= latest:
        message = f"{until} is not later than {format_time(books, latest)}, when it is due already"
        raise Refused(message, place="--until")


def _is_pending(job: Case) -> bool:
    asked = [row.event for row in job.rows if row.event.startswith("extension-")]
    return bool(asked) and asked[-1] == "extension-asked"


def _check_refuse(books: Books, assignment: str, fields: dict[str, str], actor: str, moment: Instant) -> dict[str, str]:
    _check_open(books, assignment, "extension-refused")
    if not _is_pending(books.case(assignment)):
        raise Refused(f"nobody has asked to extend {assignment}")
    return fields


CHECKS: dict[str, Check] = {
    "started": _check_start,
    "paused": _check_pause,
    "extension-asked": _check_ask,
    "extension-granted": _check_grant,
    "extension-refused": _check_refuse,
}
