"""Putting right what was recorded: amend, retract, undo. Desk (records.md, "Corrections").

Nothing is rewritten: a correction is one more event, and what follows from the case is derived anew.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from dispatchctl.desk import contacts
from dispatchctl.desk.actors import check_login, require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step, lint_privacy
from dispatchctl.desk.events import act
from dispatchctl.desk.fields import check_future, read_fields
from dispatchctl.desk.items import list_items
from dispatchctl.desk.names import show_text, suggest_nearest
from dispatchctl.desk.recording import Done
from dispatchctl.desk.rulings import check_amended_kind
from dispatchctl.errors import NotFound, Refused, UsageFault
from dispatchctl.registers.page import VOID, list_part_fields
from dispatchctl.registers.row import Row
from dispatchctl.rules.families import Case, Family
from dispatchctl.store.schema import quote
from dispatchctl.typed import Writing, is_blank

CONTACT_FIELDS = ("caller", "phone", "address")
FIXED = ("row", "reason", "attached", "contact_id")  # said otherwise: by retract, --reason, --attach, CONTACT_FIELDS
ORDERS, ASSIGNMENTS = "orders", "assignments"
FOLLOWING = ("area", "appointment_at", "service", "priority")  # of an order: its assignments have none of their own
MONEY = frozenset({"amount", "method"})
UNDO = "undo"  # the reason of what undo takes back
UNDO_WITHIN = 600  # seconds
SEPARATORS = re.compile("[,;，；、]")  # between the items of a list, as typed


def amend(books: Books, case_id: str, changes: Sequence[str], reason: str, writing: Writing) -> Done:
    """Correct fields of a case: FIELD=VALUE each; caller, phone and address make a new line of the contacts."""
    require_actor(books)
    case = books.case(case_id)
    refuse_decided(case)
    fields = books.pages.fields(case.register)
    amendable = list_amendable(case)
    typed: dict[str, str | list[str]] = {}
    contact: dict[str, str] = {}
    for change in changes:
        name, equals, text = change.partition("=")
        if not equals:
            raise UsageFault(f"{show_text(change)} is not FIELD=VALUE")
        if name in typed or name in contact:
            raise UsageFault("is given twice", place=name)
        if name in CONTACT_FIELDS and "contact_id" in fields:
            if is_blank(text):
                raise UsageFault("a value cannot be emptied, only corrected", place=name)
            contact[name] = text
        elif name in amendable:
            parts = SEPARATORS.split(text) if fields[name].many else [text]
            items = [each.strip() for each in parts if not is_blank(each)]
            if not items:
                raise UsageFault("a value cannot be emptied, only corrected", place=name)
            typed[name] = items if fields[name].many else text
        else:
            refuse_unsaid(case, name)
            known = [*amendable, *(CONTACT_FIELDS if "contact_id" in fields else ())]
            raise UsageFault(
                f"{show_text(name)} is no field of {case.register} that can be amended",
                hint=suggest_nearest(name, known),
            )
    if not (typed.keys() - {case.page.item}) and not contact:
        raise UsageFault("amend needs at least one FIELD=VALUE")
    part = _find_part(case, [*typed, *(["contact_id"] if contact else ())], str(typed.get(case.page.item) or ""))

    def plan(moment: Instant, family: Family) -> list[Step]:
        names = {name: name for name in typed}
        # who was named then may have left since
        values = read_fields(books, case.register, typed, moment, names, employed=False)
        for name in (each for each in values if fields[each].ends):
            check_future(values[name], moment, name)
        if values.get("login"):
            check_login(books, case_id, values["login"], "login")
        check_amended_kind(books, family.cases[case_id], values, moment)
        if MONEY & values.keys():
            from dispatchctl.desk.orders.payments import check_amended_money  # few corrections are of money

            check_amended_money(books, family.cases[case_id], values)
        if contact:
            values["contact_id"] = replace_contact(books, case, contact, moment, part)
        lint_privacy(books, {"content": values.get("content", ""), "--note": writing.note})
        return [Step("amended", {**values, "reason": reason})]

    return act(books, case.register, case_id, plan, writing, ("amended",))


def list_moved(books: Books, done: Done, said: Collection[str]) -> list[tuple[str, str, list[str]]]:
    """The open assignments that a correction of their order reaches: (id, whose, the fields that are new there).

    said: the fields that were corrected, or whose correction was taken back.
    """
    row = done.rows[0]
    if row.register != ORDERS:
        return []
    moved = []
    order = done.family.cases[row.id]
    for job in done.family.children.get(row.id, ()):
        if job.register != ASSIGNMENTS or job.final:
            continue
        values = books.judging.derive(done.family, job)
        now = {name: values.get(name) for name in said if values.get(name)}
        names = [name for name in said if name in FOLLOWING or (name in now and now[name] == order.fields.get(name))]
        if names:
            moved.append((job.id, job.fields.get("assignee", ""), names))
    return moved


def list_amendable(case: Case) -> list[str]:
    """The fields that can be corrected: those that an event took which has happened in the case."""
    page = case.page
    happened = {row.event for row in case.rows} or case.events.keys()  # of a void case the state is what refuses
    events = [case.events[name] for name in happened if name in case.events and name != "amended"]
    said = {name for event in events for name in (*event.required, *event.optional)}
    first = case.rows[0].fields if case.rows else {}
    never = (*FIXED, *page.fixed, case_parent(case), *(name for name in page.rowwise if name not in first))
    return [field.name for field in page.fields if field.name in said and field.name not in never]


def refuse_unsaid(case: Case, name: str) -> None:
    """Refused for a field of the register that cannot be corrected in this case, with the way that there is."""
    page = case.page
    if name in (*FIXED, case_parent(case)) or name not in {field.name for field in page.fields}:
        return
    if name in page.fixed:
        message = f"more of {case.id} rests on it: take the row back and record it anew"
        hint = f"dispatchctl retract {case.id} ROW --reason TEXT"
        if name == "assignee":
            message = f"somebody else gets {case.id} by a new assignment, with its own times"
            hint = f"dispatchctl reassign {case.id} STAFF --reason TEXT"
        raise Refused(message, place=name, hint=hint)
    if name in page.rowwise:
        message = f"each row of {case.id} has its own {name}: take the wrong one back and record it anew"
        raise Refused(
            message,
            place=name,
            hint=f"dispatchctl retract {case.id} ROW --reason TEXT; its rows: dispatchctl show {case.id} --json",
        )
    takes = [
        event.name for event in page.events if name in (*event.required, *event.optional) and event.name != "amended"
    ]
    raise Refused(f"was not said of {case.id} yet: it comes with {', '.join(takes)}", place=name)


def refuse_decided(case: Case) -> None:
    """Refused for what is never rewritten: decisions about money are reversed, and audit stands (records.md)."""
    if case.page.decided:
        raise Refused(
            f"{case.id} is of the ledger: it is waived or reversed, never amended or taken back",
            hint="see: dispatchctl ledger waive --help, dispatchctl ledger reverse --help",
        )
    if case.page.stands:
        raise Refused(f"{case.id} is of {case.register}: it stands, and is never amended or taken back")


def case_parent(case: Case) -> str:
    """The field that names the case's parent: it cannot be amended, the case would be in another family."""
    return case.page.parent


def _find_part(case: Case, names: Sequence[str], part: str) -> str:
    """The part that fields of parts are corrected of, "" where none of these is; it is said, and is there."""
    page = case.page
    of_parts = list_part_fields(page)
    asked = [name for name in names if name in of_parts]
    others = [name for name in names if name not in of_parts]
    if part and others:
        raise UsageFault(f"is said of all of {case.id}: correct it without #", place=others[0])
    if not asked:
        return ""
    known = list_items(case, page.item)
    hint = f"there are: {', '.join(known)}" if known else f"{case.id} has none yet"
    if not part:
        raise UsageFault(
            f"is said of one of several: say which, dispatchctl amend {case.id}#N", place=asked[0], hint=hint
        )
    if part not in known:
        raise NotFound(f"no such item: {show_text(part)}", place=page.item, hint=hint)
    return part


def replace_contact(books: Books, case: Case, changes: Mapping[str, str], moment: Instant, part: str = "") -> str:
    """A corrected contact: a new line that replaces the old one; its id. part: of the case, whose contact it is."""
    told = books.judging.values(books.family(case.id), case).get("contact_id", "")
    own = [row.fields.get("contact_id", "") for row in case.rows if part and row.fields.get(case.page.item) == part]
    known = next((each for each in reversed(own) if each), "") if part else told
    old = contacts.read_contact(books, known)
    if known and not (old.name or old.phone or old.address):
        raise Refused(f"{known} is kept by another office, or was erased: it is corrected there", place="contact")
    changes = dict(zip(changes, contacts.drop_placeholders(books, changes), strict=True))
    new = contacts.correct_contact(old, *(changes.get(name) for name in CONTACT_FIELDS))
    return contacts.add_contact(books, new, moment)


def retract(
    books: Books, case_id: str, ref: str, reason: str, writing: Writing, *, within: int | None = None
) -> tuple[Done, list[Row]]:
    """Take a row of a case back (by default its last): by who wrote it, or from supervisor up; (done, [the row]).

    within: only a row recorded so many seconds ago, and with it all rows of its command, the last of them first (undo).
    """
    chosen: list[Row] = []

    def plan(moment: Instant, family: Family) -> list[Step]:
        row = find_row(books, family.cases[case_id], ref)
        chosen[:] = [row] if within is None else list_command(books, family, row)
        return [_take_back(family, each, reason, moment, within) for each in chosen]

    done = act(books, books.case(case_id).register, case_id, plan, writing, ("retracted",))
    if not chosen:
        wanted = [row.fields["row"] for row in done.rows]
        chosen = sorted((row for row in books.rows_of(case_id) if row.ref in wanted), key=lambda row: -row.seq)
    return done, chosen


def _take_back(family: Family, row: Row, reason: str, moment: Instant, within: int | None) -> Step:
    """The step that takes one row back; Refused for what stands for ever, or is too old."""
    case = family.cases[row.id]
    if row not in case.conflicts or case.page.stands:  # of two that exclude each other one has to go
        refuse_decided(case)
    if within is not None and moment.recorded - row.recorded > within * 1_000_000:
        raise Refused(f"{row.ref} was recorded more than {within // 60} minutes ago", hint="retract it with a reason")
    return Step("retracted", {"row": row.ref, "reason": reason}, case=row.id)


def list_command(books: Books, family: Family, row: Row) -> list[Row]:
    """The rows of the command that wrote a row, as far as they stand, the last one first: what came later rests on what
    came before. Refused where it wrote of cases that have nothing to do with each other: each is taken back by itself.
    """
    command = (row.register, row.file, row.recorded)
    standing = [each for case in family.cases.values() for each in (*case.rows, *case.conflicts) if not each.derived]
    mine = [each for each in standing if (each.register, each.file, each.recorded) == command]
    query = f"SELECT id FROM {quote(row.register)} WHERE recorded = ?"
    others = [case for (case,) in books.index.db.execute(query, (row.recorded,)) if case not in family.cases]
    apart = [case for case in others if any(each.file == row.file for each in books.rows_of(case) if each.id == case)]
    if apart:
        told = ", ".join([row.id, *apart][:5])
        raise Refused(
            f"the command wrote of {len(apart) + 1} cases ({told})", hint="take each back: dispatchctl retract CASE"
        )
    return sorted(mine, key=lambda each: -each.seq) or [row]


def find_row(books: Books, case: Case, ref: str) -> Row:
    """The row of a case that a reference names (its number in the file, or the whole); by default its last one."""
    rows = [row for row in (*case.rows, *case.conflicts) if not row.derived]
    if case.state == VOID:  # what voided it can be taken back
        rows += [row for row in books.rows_of(case.id) if row.id == case.id and row.event == "retracted"]
    if not ref:
        standing = [row for row in rows if row.event != "retracted"]
        if not standing:
            raise Refused(f"{case.id} has no row left that could be taken back")
        return max(standing, key=lambda row: (row.recorded, row.seq))  # rows of one command share the time
    fit = [row for row in rows if ref == row.ref] or [row for row in rows if ref in (f"#{row.seq}", str(row.seq))]
    if len(fit) == 1:
        return fit[0]
    if fit:  # rows are numbered within a file: another month, another first
        raise Refused(
            f"{case.id} has several rows {show_text(ref)}", hint=f"say which: {', '.join(row.ref for row in fit)}"
        )
    listed = ", ".join(row.ref for row in rows[-5:])
    raise NotFound(f"{case.id} has no row {show_text(ref)}", hint=f"its rows: {listed}")


def undo(books: Books, writing: Writing) -> tuple[Done, list[Row]]:
    """Take back one's own last command about a case, if nothing followed it, within 10 minutes.

    What followed and was undone does not count. Audit and notices stay.
    """
    key = writing.request_id
    known = books.index.db.execute("SELECT id FROM requests WHERE key = ?", (key,)).fetchone()
    if key and known:
        return retract(books, known[0], "", UNDO, writing)
    actor = require_actor(books)
    row = find_last_own(books, actor)
    if row is not None and row.event == "retracted":
        hint = f"to take that back: dispatchctl retract {row.id} {row.ref} --reason TEXT"
        raise Refused(f"the last thing that {actor} did was to take back a row of {row.id}", hint=hint)
    if row is None:
        raise Refused(f"{actor} recorded nothing within the last {UNDO_WITHIN // 60} minutes")
    later = [each for each in list_standing(books.rows_of(row.id)) if each.recorded > row.recorded]
    if later:
        raise Refused(f"{row.event} of {row.id} was followed by {later[-1].event} of {later[-1].id}")
    return retract(books, row.id, row.ref, UNDO, writing, within=UNDO_WITHIN)


def list_standing(rows: Sequence[Row]) -> list[Row]:
    """The rows of a family but for those that `undo` took back, and what it wrote to do so: as if it had not been."""
    undone = [row for row in rows if row.event == "retracted" and row.fields.get("reason") == UNDO]
    gone = {row.fields.get("row") for row in undone}
    return [row for row in rows if row not in undone and row.ref not in gone and not row.derived]


def find_last_own(books: Books, actor: str) -> Row | None:
    """The last row that a person recorded within the last ten minutes and that still stands; what `undo` itself wrote
    is passed over, so that it can be called again.
    """
    import time

    now = books.now if books.ws.now_given else int(time.time())
    since = (now - UNDO_WITHIN) * 1_000_000
    best: Row | None = None
    for register in (name for name in books.pages.names if books.pages.get(name).undone):
        rows = books.index.db.execute(
            f'SELECT id, recorded FROM "{register}" WHERE recorded >= ? ORDER BY recorded DESC', (since,)
        ).fetchall()
        for case_id, recorded in rows:
            if best is not None and recorded < best.recorded:
                break  # what follows has nothing later
            case = books.case(case_id)
            # of a void case the row that voided it is no row of the case's any more
            voiding = [row for row in books.rows_of(case_id) if row.id == case_id and row.event == "retracted"]
            for row in (*case.rows, *voiding):
                undone = row.event == "retracted" and row.fields.get("reason") == UNDO
                mine = row.by == actor and not row.derived and not undone and row.recorded >= since
                if mine and (best is None or (row.recorded, row.seq) > (best.recorded, best.seq)):
                    best = row
    return best
