"""Putting right what was recorded: amend, retract, undo. Desk (records.md, "Corrections").

Nothing is rewritten: a correction is one more event, and what follows from the case is derived anew.
"""

from collections.abc import Mapping, Sequence

from dispatchctl import registers
from dispatchctl.desk import customers
from dispatchctl.desk.books import Books
from dispatchctl.desk.names import resolve_key, resolve_staff, show_text, suggest_nearest
from dispatchctl.desk.recording import Group, Moment, Recorded, draft_values, format_time, record, try_drafts
from dispatchctl.errors import NotFound, Refused, UsageFault
from dispatchctl.registers.page import Field, join_items
from dispatchctl.registers.row import Row
from dispatchctl.rules.families import Case
from dispatchctl.store.journal import Draft

CONTACT_FIELDS = ("caller", "phone", "address")
SUPERVISOR = "supervisor"
UNDO_WITHIN = 600  # seconds


def read_field(books: Books, field: Field, text: str) -> str:
    """A corrected value as the record holds it; UsageFault naming the field for one it does not take."""
    from dispatchctl.entries import parse_money, parse_when

    if field.many:
        return join_items([item.strip() for item in text.split(",") if item.strip()])
    if field.type == "choice" and text not in field.choices:
        raise UsageFault(f"{show_text(text)} is not known (allowed: {', '.join(field.choices)})", place=field.name)
    if field.type == "key":
        return resolve_key(books.policy, field.of, text, field.name)
    if field.type == "staff":
        return resolve_staff(books, text, option=field.name, present=False)
    if field.type == "money":
        return parse_money(text, field.name)
    if field.type == "time":
        return format_time(books, parse_when(text, books.timezone, books.now, field.name))
    if field.type == "integer":
        low, _, high = field.of.partition("..")
        if not text.isdigit() or not int(low) <= int(text) <= int(high):
            raise UsageFault(f"{show_text(text)} is not a whole number (allowed: {field.of})", place=field.name)
    return text


def amend(
    books: Books,
    case_id: str,
    changes: Sequence[str],
    reason: str,
    *,
    at: str = "",
    note: str = "",
    request_id: str = "",
    dry_run: bool = False,
) -> tuple[Recorded, str]:
    """Correct fields of a case: FIELD=VALUE each; caller, phone and address make a new line of the contacts."""
    actor = books.require_actor()
    case = books.case(case_id)
    refuse_decided(case)
    fields = registers.fields_of(case.register)
    texts: dict[str, str] = {}
    contact: dict[str, str] = {}
    for change in changes:
        name, equals, text = change.partition("=")
        if not equals:
            raise UsageFault(f"{show_text(change)} is not FIELD=VALUE")
        if name in CONTACT_FIELDS and "contact_id" in fields:
            contact[name] = text
        elif name in fields and name not in ("row", "reason", "attached", "contact_id", case_parent(case)):
            if not text:
                raise UsageFault("a value cannot be emptied, only corrected", place=name)
            texts[name] = read_field(books, fields[name], text)
        else:
            known = [each for each in (*fields, *CONTACT_FIELDS) if each not in ("row", "reason", "attached")]
            raise UsageFault(
                f"{show_text(name)} is no field of {case.register} that can be amended",
                hint=suggest_nearest(name, known),
            )
    if not texts and not contact:
        raise UsageFault("amend needs at least one FIELD=VALUE")
    state = ""

    def decide(moment: Moment) -> Group:
        nonlocal state
        values = dict(texts)
        if contact:
            values["contact_id"] = replace_contact(books, case, contact, moment, dry=dry_run)
        customers.lint_privacy(books, {"content": values.get("content", ""), "--note": note})
        draft = Draft(
            moment.at,
            actor,
            case_id,
            "amended",
            draft_values({**values, "reason": reason}),
            request_id=request_id,
            note=note,
        )
        state = try_drafts(books, case.register, [draft], moment).cases[case_id].state
        return [draft]

    done = record(
        books, case.register, decide, at=at, request_id=request_id, events=("amended",), case=case_id, dry_run=dry_run
    )
    return done, state or books.case(case_id).state


def refuse_decided(case: Case) -> None:
    """Refused for an entry of the ledger: what people decided about money is reversed, never rewritten (records.md)."""
    if registers.get(case.register).decided:
        raise Refused(
            f"{case.id} is of the ledger: it is waived or reversed, never amended or taken back",
            hint="see: dispatchctl ledger waive --help, dispatchctl ledger reverse --help",
        )


def case_parent(case: Case) -> str:
    """The field that names the case's parent: it cannot be amended, the case would be in another family."""
    return registers.get(case.register).parent


def replace_contact(books: Books, case: Case, changes: Mapping[str, str], moment: Moment, *, dry: bool) -> str:
    """A corrected contact: a new line that replaces the old one; its id."""
    old = customers.read_contact(books, case.fields.get("contact_id", ""))
    new = old._replace(
        name=changes.get("caller", old.name),
        phone=changes.get("phone", old.phone),
        address=changes.get("address", old.address),
        replaces=old.contact_id,
    )
    return customers.add_contact(books, new, moment, dry=dry)


def retract(
    books: Books,
    case_id: str,
    ref: str,
    reason: str,
    *,
    note: str = "",
    request_id: str = "",
    dry_run: bool = False,
    within: int | None = None,
) -> tuple[Recorded, str, Row]:
    """Take a row of a case back (by default its last): by who wrote it, or from supervisor up; (recorded, state, row).

    within: only a row recorded so many seconds ago, with nothing after it (undo).
    """
    actor = books.require_actor()
    case = books.case(case_id)
    state = ""
    chosen: list[Row] = []

    def decide(moment: Moment) -> Group:
        nonlocal state
        row = find_row(books, books.case(case_id), ref)
        if row not in books.case(case_id).conflicts:  # of two that exclude each other one has to go
            refuse_decided(books.case(case_id))
        role = books.people.facts(actor).get("role", "")
        if row.by != actor and not books.people.stands_for(role, SUPERVISOR):
            raise Refused(f"{row.ref} is {row.by}'s: only they, or {SUPERVISOR} and above, may retract it")
        if within is not None and moment.recorded - row.recorded > within * 1_000_000:
            raise Refused(
                f"{row.ref} was recorded more than {within // 60} minutes ago", hint="retract it with a reason"
            )
        texts = {"row": row.ref, "reason": reason}
        draft = Draft(moment.at, actor, case_id, "retracted", texts, request_id=request_id, note=note)
        after = try_drafts(books, case.register, [draft], moment)
        state = after.cases[case_id].state
        chosen[:] = [row]
        return [draft]

    done = record(
        books, case.register, decide, request_id=request_id, events=("retracted",), case=case_id, dry_run=dry_run
    )
    if not chosen:
        wanted = done.rows[0].fields["row"]
        chosen = [row for row in books.rows_of(case_id) if row.ref == wanted]
    return done, state or books.case(case_id).state, chosen[0]


def find_row(books: Books, case: Case, ref: str) -> Row:
    """The row of a case that a reference names (its number in the file, or the whole); by default its last one."""
    rows = [row for row in (*case.rows, *case.conflicts) if not row.derived]
    if not ref:
        standing = [row for row in rows if row.event != "retracted"]
        if not standing:
            raise Refused(f"{case.id} has no row left that could be taken back")
        return max(standing, key=lambda row: (row.recorded, row.seq))  # rows of one command share the time
    for row in rows:
        if ref in (row.ref, f"#{row.seq}", str(row.seq)):
            return row
    listed = ", ".join(row.ref for row in rows[-5:])
    raise NotFound(f"{case.id} has no row {show_text(ref)}", hint=f"its rows: {listed}")


def undo(books: Books, *, request_id: str = "", dry_run: bool = False) -> tuple[Recorded, str, Row]:
    """Take back one's own last event, if nothing followed it, within 10 minutes."""
    known = books.index.db.execute("SELECT id FROM requests WHERE key = ?", (request_id,)).fetchone()
    if request_id and known:
        return retract(books, known[0], "", "undo", request_id=request_id)
    actor = books.require_actor()
    row = find_last_own(books, actor)
    if row is None:
        raise Refused(f"{actor} recorded nothing within the last {UNDO_WITHIN // 60} minutes")
    later = [each for each in books.rows_of(row.id) if each.recorded > row.recorded and not each.derived]
    if later:
        raise Refused(f"{row.event} of {row.id} was followed by {later[-1].event} of {later[-1].id}")
    return retract(books, row.id, row.ref, "undo", request_id=request_id, dry_run=dry_run, within=UNDO_WITHIN)


def find_last_own(books: Books, actor: str) -> Row | None:
    """The last row that a person recorded within the last ten minutes and that still stands."""
    import time

    now = books.now if books.ws.now_given else int(time.time())
    since = (now - UNDO_WITHIN) * 1_000_000
    best: Row | None = None
    for register in registers.NAMES:
        rows = books.index.db.execute(
            f'SELECT id FROM "{register}" WHERE recorded >= ? ORDER BY recorded DESC LIMIT 50', (since,)
        ).fetchall()
        for (case_id,) in rows:
            case = books.case(case_id)
            for row in case.rows:
                mine = row.by == actor and not row.derived and row.event != "retracted" and row.recorded >= since
                if mine and (best is None or (row.recorded, row.seq) > (best.recorded, best.seq)):
                    best = row
    return best
