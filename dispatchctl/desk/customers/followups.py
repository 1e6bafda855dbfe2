"""What the customer says after the work, the complaint or the survey: recorded, signed, and what is still owed. Desk.

KB1-2.5, XX-3.1c, XX-3.2b, XX-3.3, SOP-3.7.4, JD-5.4, WP-4.3.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from dispatchctl.desk import contacts
from dispatchctl.desk.books import Books
from dispatchctl.desk.cases.sheet import describe_case
from dispatchctl.desk.chasing.overdue import describe_overdue
from dispatchctl.desk.drafts import Instant, Step, lint_privacy
from dispatchctl.desk.events import act, begin
from dispatchctl.desk.fields import read_fields
from dispatchctl.desk.items import find_item, list_items
from dispatchctl.desk.names import resolve_case, show_text
from dispatchctl.desk.recording import Done
from dispatchctl.desk.rights import cite
from dispatchctl.desk.times import Formatter, format_time
from dispatchctl.errors import NotFound, Refused, UsageFault
from dispatchctl.registers import case_of
from dispatchctl.registers.complaints import REJECTED
from dispatchctl.registers.page import VOID
from dispatchctl.rules.families import Case, Family
from dispatchctl.store.conditions import RUNNING, is_paused
from dispatchctl.store.contacts import Contact
from dispatchctl.store.lines import check_text
from dispatchctl.store.overdue_rows import read_overdue
from dispatchctl.typed import Writing

REGISTER = "followups"
ASKABLE = ("orders", "complaints", "surveys")  # what a follow-up may be about; of a survey, one of its opinions
BEGINNINGS = ("asked", "answered", "not-reached")
WAITING = {"orders": ("closed",), "complaints": ("resolved", "closed", *REJECTED)}  # states in which one may be owed
ENDED = {"orders": "closed", "complaints": "resolved", "surveys": "put right"}


class Asking(NamedTuple):
    """What `follow-up new` was told. signed: by the case's own contact; signed_by: by this contact or name."""

    method: str
    satisfaction: str = ""
    remark: str = ""
    signed: bool = False
    signed_by: str = ""
    not_reached: bool = False
    together: tuple[str, ...] = ()


class Followed(NamedTuple):
    """A follow-up recorded: what it is about, and whether the rules still want the customer's signature."""

    done: Done
    about: str
    unsigned: bool


# --- what it is about ---------------------------------------------------------------------------------------------


def find_about(books: Books, text: str) -> str:
    """The order, complaint or opinion that is meant; NotFound, or Refused for a whole survey."""
    if "#" in text:
        return find_item(books, text, "surveys", "opinion_id")[1]
    case = resolve_case(books, text, ASKABLE, only=True)
    found = books.case(case)
    if found.register == "surveys":
        opinions = list_items(found, "opinion_id")
        hint = f"name one: {', '.join(opinions)}" if opinions else "it has none yet"
        raise Refused(f"{case} is a survey: a follow-up is about one of its opinions", hint=hint)
    return case


def find_own_contact(family: Family, about: str) -> str:
    """The contact of an order or a complaint, or who gave an opinion; "" for none."""
    case = family.cases[case_of(about)]
    if case.id == about:
        return case.fields.get("contact_id", "")
    named = [row.fields.get("contact_id", "") for row in case.rows if row.fields.get("opinion_id") == about]
    return next((each for each in reversed(named) if each), "")


def wants_signature(books: Books, register: str) -> bool:
    """Whether the rules want the follow-ups of a register signed (`followups.complaints`, `followups.surveys`)."""
    rule = books.policy["followups"].get(register) or {}
    return bool(rule.get("signature"))


def is_early(case: Case, about: str) -> bool:
    """Whether there is nothing to ask about yet: what is owed later is then still owed."""
    if case.register == "surveys":
        return not any(row.event == "put-right" and row.fields.get("opinion_id") == about for row in case.rows)
    return case.state not in WAITING[case.register]


# --- recording ----------------------------------------------------------------------------------------------------


def follow_up(books: Books, name: str, asking: Asking, writing: Writing) -> Followed:
    """Record a follow-up with what came of it: answered and signed, answered, not reached, else only asked."""
    _check_asking(asking)
    about = find_about(books, name)
    _check_texts(books, asking.remark, asking.signed_by, writing)

    def start(moment: Instant) -> list[Step]:
        family = books.family(case_of(about))
        case = family.cases[case_of(about)]
        if case.state == VOID:
            raise Refused(f"{case.id} is void: there is nothing to follow up")
        steps = _list_events(asking)
        _check_time(books, family, about, steps, moment)
        if is_early(case, about):
            ended = ENDED[case.register]
            books.warnings.append(f"{about} is not {ended} yet: the follow-up owed after that will still be owed")
        typed = {
            "method": asking.method,
            "with_staff": asking.together,
            "satisfaction": asking.satisfaction,
            "remark": asking.remark,
        }
        fields = {"about": about, **read_fields(books, REGISTER, typed, moment)}
        recorded: list[Step] = [Step(steps[0], fields)]
        if "signed" in steps:
            signer = _find_signer(books, family, about, asking.signed_by, moment)
            recorded.append(Step("signed", {"signed_by": signer}))
        return recorded

    done = begin(books, REGISTER, start, writing, BEGINNINGS)
    said = done.family.cases[done.id].fields.get("about", "")
    if done.replayed and said != about:
        raise Refused(f"the key {writing.request_id!r} was used for {done.id} about {said}", place="--request-id")
    _warn_of_method(books, done, about)
    return _describe(books, done, about)


def answer(books: Books, name: str, satisfaction: str, remark: str, writing: Writing) -> Followed:
    """Record what the customer said when a follow-up that was asked for is answered."""
    if not satisfaction and not remark:
        raise UsageFault("an answer is --satisfaction 1..5, --remark TEXT or both")
    case = resolve_case(books, name, (REGISTER,), only=True)
    _check_texts(books, remark, "", writing)

    def plan(moment: Instant, family: Family) -> list[Step]:
        _check_time(books, family, family.cases[case].fields.get("about", ""), ("answered",), moment)
        typed = {"satisfaction": satisfaction, "remark": remark}
        return [Step("answered", read_fields(books, REGISTER, typed, moment))]

    done = act(books, REGISTER, case, plan, writing, ("answered",))
    _warn_of_method(books, done, done.family.cases[done.id].fields.get("about", ""))
    return _describe(books, done)


def sign(books: Books, name: str, signed_by: str, writing: Writing) -> Followed:
    """Record that the customer signed what was answered; by the case's own contact where nobody is named."""
    case = resolve_case(books, name, (REGISTER,), only=True)
    _check_texts(books, "", signed_by, writing)

    def plan(moment: Instant, family: Family) -> list[Step]:
        found = family.cases[case]
        if found.state != "answered":
            return [Step("signed", {})]  # refused by its page, before a contact is made of the name
        about = found.fields["about"]
        _check_time(books, family, about, ("signed",), moment)
        return [Step("signed", {"signed_by": _find_signer(books, family, about, signed_by, moment)})]

    return _describe(books, act(books, REGISTER, case, plan, writing, ("signed",)))


def _list_events(asking: Asking) -> list[str]:
    if asking.not_reached:
        return ["not-reached"]
    if asking.signed or asking.signed_by:
        return ["answered", "signed"]
    return ["answered" if asking.satisfaction or asking.remark else "asked"]


def _check_time(books: Books, family: Family, about: str, events: Sequence[str], moment: Instant) -> None:
    """Refused for a time before the start of a clock that one of these events would stop."""
    case = family.cases.get(case_of(about))
    if case is None or all(each.at <= moment.at for each in family.moments):
        return
    for one in books.judging.instances(family, case):
        stops = one.item in ("", about) and any((REGISTER, event) in one.variant.stop for event in events)
        if one.state == "running" and stops and moment.at < one.started_at:
            since = format_time(books, one.started_at)
            raise Refused(f"{one.clock} of {about} began at {since}, after that", place="--at")


def _check_asking(asking: Asking) -> None:
    """UsageFault for options that contradict each other."""
    if asking.signed and asking.signed_by:
        raise UsageFault("--signed is by the case's own contact: leave it out with --signed-by")
    given = {
        "--satisfaction": asking.satisfaction,
        "--signed": asking.signed,
        "--signed-by": asking.signed_by,
    }
    said = [option for option, value in given.items() if value]
    if asking.not_reached and said:
        raise UsageFault(f"who was not reached cannot have given {', '.join(said)}", place="--not-reached")


def _check_texts(books: Books, remark: str, signed_by: str, writing: Writing) -> None:
    """What cannot be kept is refused before a contact is written for it."""
    texts = {"--remark": remark, "--note": writing.note}
    for option, text in ({**texts, "--signed-by": signed_by}).items():
        check_text(option, text)
    lint_privacy(books, texts)


def _warn_of_method(books: Books, done: Done, about: str) -> None:
    """Say of an answer, or a try in vain, that the rules want it by another method (`followups.orders.only_by`)."""
    case, follow_up = done.family.cases.get(about), done.family.cases[done.id]
    if done.state == "asked" or case is None or case.register != "orders" or is_early(case, about):
        return
    if books.judging.derive(done.family, case).get("follow_up") not in ("owed", "unreachable"):
        return
    from dispatchctl.rules.followups import find_method

    ends = [row.event for row in case.rows if row.event in ("answered", "reopened")]
    answered = ends[-1:] == ["answered"]
    policy = books.book.at(case.rows[0].at)[0].policy
    wanted, clauses = find_method(case.fields, answered, policy)
    used = follow_up.fields.get("method", "")
    if wanted not in ("", used):
        told = f"after {about} the customer is asked by {wanted}: by {used} it does not count, and is still owed"
        books.warnings.append(f"{told}{cite(clauses)}")


def _describe(books: Books, done: Done, about: str = "") -> Followed:
    about = about or done.family.cases[done.id].fields["about"]
    case = done.family.cases.get(case_of(about))
    unsigned = done.state == "answered" and case is not None and wants_signature(books, case.register)
    return Followed(done, about, unsigned)


# --- who signed ---------------------------------------------------------------------------------------------------


def _find_signer(books: Books, family: Family, about: str, given: str, moment: Instant) -> str:
    """The contact id of who signed: the case's own, one named by id, else by name among those known of the case.

    No register may hold a name, so one that is not known yet becomes a contact at the case's address.
    """
    own = find_own_contact(family, about)
    if not given:
        if not own:
            raise Refused(f"{about} names no contact", place="--signed", hint="say who signed: --signed-by NAME")
        return own
    if given.startswith("P-") and given.isascii():
        known = books.index.db.execute("SELECT 1 FROM contacts WHERE id = ?", (given,)).fetchone()
        if not known:
            raise NotFound(f"no such contact: {show_text(given)}", place="--signed-by")
        return given
    home = contacts.read_contact(books, own) if own else Contact()
    for contact in _list_signers(books, family, about, home):
        if contact.name == given:
            return contact.contact_id
    return contacts.add_contact(books, Contact(name=given, address=home.address), moment)


def _list_signers(books: Books, family: Family, about: str, home: Contact) -> Iterable[Contact]:
    """Who might sign: the case's contact, who signed for it before, who else lives there."""
    if home.contact_id:
        yield home
    for case in family.children.get(case_of(about), ()):
        if case.register == REGISTER and case.fields.get("signed_by"):
            yield contacts.read_contact(books, case.fields["signed_by"])
    if home.address:
        yield from contacts.list_contacts(books, address=home.address)


# --- what is owed, and what there is ------------------------------------------------------------------------------


def list_awaited(books: Books) -> list[dict[str, Any]]:
    """What customers are still to be asked: the running clocks that a follow-up stops, earliest due first.

    Each as `overdue` shows it (not yet late: negative late_seconds), with what it is about, how often it was tried in
    vain since it began, and the follow-up under way.
    """
    clocks = sorted(
        {
            (clock["of"], clock["id"])
            for version in books.book.versions
            for clock in version.policy["clocks"]
            if any(register == REGISTER for register, _ in clock["stop"])
        }
    )
    if not clocks:
        return []
    named = " OR ".join("(register = ? AND clock = ?)" for _ in clocks)
    rest = f'WHERE {RUNNING} AND due_at IS NOT NULL AND ({named}) ORDER BY due_at, "case", item, clock, instance, share'
    found = list(read_overdue(books.index.db, rest, [each for pair in clocks for each in pair]))
    rows = [row for row in found if not is_paused(books.now, row.due_at, row.paused_from, row.paused_until)]
    items = []
    for row, item in zip(rows, describe_overdue(books, rows, books.now), strict=True):
        about = item["item"] or item["case"]
        items.append({**item, "about": about, **_count_tries(books, about, row.started_at)})
    return items


def _count_tries(books: Books, about: str, since: int) -> dict[str, Any]:
    """How often it was tried in vain since then, and the follow-up that waits for an answer or a signature."""
    rows = books.index.db.execute(
        'SELECT id, state, "at:not-reached", "at:answered" FROM followups WHERE about = ? ORDER BY first_at, id',
        (about,),
    ).fetchall()
    tries = sum(state == "not-reached" and missed >= since for _, state, missed, _ in rows)
    waiting = [
        case for case, state, _, said in rows if state == "asked" or (state == "answered" and (said or 0) > since)
    ]
    return {"tries": tries, "followup": waiting[-1] if waiting else None}


def list_about(books: Books, name: str) -> list[dict[str, Any]]:
    """The follow-ups of an order, a complaint, an opinion or of all opinions of a survey, oldest first.

    Each as `list` shows it, with the time of its last event and who recorded it.
    """
    if "#" in name:
        case, item = find_item(books, name, "surveys", "opinion_id")
    else:
        case, item = resolve_case(books, name, ASKABLE, only=True), ""
    say = Formatter(books.timezone)
    items = []
    for each in sorted(books.family(case).children.get(case, ()), key=lambda one: one.id):
        if each.register != REGISTER or not each.rows or item not in ("", each.fields.get("about")):
            continue
        items.append({**describe_case(books, each), "at": say(each.rows[-1].at), "by": each.rows[-1].by})
    return items
