"""Step 2 of recording: drafts go to disk, once and in order, under the lock; used request ids are answered. Desk.

The same steps for every command: catch up, lock, begin anew under it where something came meanwhile, decide, append,
sync, release. What is printed afterwards is on disk.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Group, Instant, Step, as_row, lint_privacy, make_drafts, new_id, try_drafts
from dispatchctl.desk.times import format_time, local_month
from dispatchctl.errors import DispatchError, Moved, Refused, SystemFailed
from dispatchctl.policy.rights import is_ruled
from dispatchctl.registers.page import ALONE
from dispatchctl.registers.row import Row
from dispatchctl.rules.families import Family
from dispatchctl.store.folder import SEALS, has_seals, open_shut, require_writer
from dispatchctl.store.journal import Draft, End, Lock, append_groups, find_end, sync_rows
from dispatchctl.store.leftovers import remove_leftovers
from dispatchctl.store.lines import check_text
from dispatchctl.store.versions import FOLDER as POLICIES
from dispatchctl.typed import Writing

AUDIT = "audit"
BACKWARDS = 5 * 60 * 1_000_000  # how far a clock may go back before writing is refused, microseconds
SHORTLY = 60 * 60 * 1_000_000  # how far it goes back where it is adjusted; beyond that it was set wrong, now or then
WAS_WRONG = "if it was wrong then, go on as another writer: dispatchctl records writer CODE"


class Done(NamedTuple):
    """What a command came to: its first case, the state after it, its rows, and the family as it then is.

    replayed: an earlier command with its key had recorded the rows. dry: they would be, and have no place yet. Where
    there was nothing to record, id and state are "" and there are no rows.
    """

    id: str
    state: str
    rows: list[Row]
    family: Family
    replayed: bool = False
    dry: bool = False


class Refusal(NamedTuple):
    """An item of a batch that was refused, with the error that says why."""

    item: str
    error: DispatchError


def read_moment(books: Books, at_text: str) -> Instant:
    """When it happened (--at, else now) and when it is recorded; Refused for the future or a clock gone backwards."""
    ws = books.ws
    if ws.as_of is not None:
        raise Refused("--as-of looks back; nothing can be recorded by it")
    if ws.now_given and not books.folder.demo:
        raise Refused(
            "--now judges only: what is recorded has the system's time", hint="a folder made by init --demo takes it"
        )
    recorded = ws.now() * 1_000_000 if ws.now_given else time.time_ns() // 1000
    at = recorded // 1_000_000
    if at_text:
        from dispatchctl.typed import parse_when

        at = parse_when(at_text, books.timezone, at)
        if at > recorded // 1_000_000:
            raise Refused(f"{format_time(books, at)} is in the future", place="--at")
    last = books.index.last_recorded(books.folder.writer)
    if recorded <= last:
        if last - recorded > BACKWARDS:
            raise _refuse_backwards(books, recorded, last)
        recorded = last + 1
    _refuse_sealed(books, recorded)
    return Instant(at, recorded)


def _refuse_backwards(books: Books, recorded: int, last: int) -> Refused:
    """The refusal of a time before the writer's last row, with what can be done about it: which of the two is wrong the
    program cannot know.
    """
    now, then = (format_time(books, each // 1_000_000) for each in (recorded, last))
    if last - recorded <= SHORTLY:
        message = f"the clock has gone back: the last row was recorded at {then}"
        return Refused(message, hint=f"set the clock right, or wait until {then}")
    message = f"by the clock it is {now}, and the last row of the writer {books.folder.writer} was recorded at {then}"
    return Refused(message, hint=f"if the clock is wrong now, set it right; {WAS_WRONG}, or wait until {then}")


def _refuse_sealed(books: Books, recorded: int) -> None:
    """Refused where the month to write into is sealed: the clock has gone back into it."""
    if not has_seals(books.folder.path):
        return
    from dispatchctl.store.seals import find_newest

    sealed = find_newest(books.folder.path, books.folder.writer)
    if sealed and local_month(books, recorded // 1_000_000) <= sealed:
        hint = f"if the clock is wrong now, set it right; {WAS_WRONG}"
        raise Refused(f"{sealed} is sealed, and by the clock it is not over", hint=hint)


@contextmanager
def hold(books: Books, catch_up: Callable[[], None] | None = None) -> Iterator[None]:
    """The lock, and under it the books with all that others had written (catch_up: how, where not as ever).

    What a command read before it had the lock is what it decides by: who acts, what a short id means, the rules. Where
    any of that was changed meanwhile, Moved has it run again from its beginning (Workspace.carry_out). At a later lock
    of the same command it is too late for that: then its items are decided on one by one, and SystemFailed ends it
    where the rules or the writer are others now.
    """
    held = books.ws.take_held()
    before = books.tell_read()
    with held or ExitStack() as stack:
        if held is None:
            stack.enter_context(Lock(books.folder, books.ws.wait))
            for name in (POLICIES, SEALS):
                remove_leftovers(f"{books.folder.path}/{name}")
        (catch_up or books.catch_up)()
        present = books.tell_present()
        if not books.had_lock and present != before:
            books.settle()
            raise Moved(stack.pop_all() if books.rests_on is None else None)
        if present[0] != before[0]:
            message = "the rules or the writer were changed while it ran"
            raise SystemFailed(message, place=books.folder.label, hint="run it again: it goes on")
        books.had_lock = True
        yield


def find_replay(books: Books, request_id: str, register: str, events: Sequence[str], about: str = "") -> Done | None:
    """What the key already recorded; None for a new key. Refused where it was another command's or another case's."""
    if not request_id:
        return None
    check_text("--request-id", request_id)
    row = books.index.db.execute(
        "SELECT register, id, event, file FROM requests WHERE key = ?", (request_id,)
    ).fetchone()
    if row is None:
        return None
    register_then, case, event, file = row
    family = books.family(case)
    if register_then != register or event not in events or (about and about not in family.cases):
        raise Refused(f"the key {request_id!r} was used for {event} of {case}", place="--request-id")
    rows = [each for each in books.rows_of(case) if each.request_id == request_id]
    books.ws.recorded.before.add(list(dict.fromkeys(each.id for each in rows)))
    sync_rows(books.folder, register, file)
    return Done(rows[0].id, family.cases[rows[0].id].state, rows, family, replayed=True)


def find_lone(books: Books, request_id: str, register: str, events: Sequence[str], item: str) -> Done | None:
    """What a command about this one case recorded under the key that is now a batch's; None where it did not."""
    row = books.index.db.execute("SELECT id FROM requests WHERE key = ?", (request_id,)).fetchone()
    if row is None or item not in books.family(row[0]).cases:
        return None
    return find_replay(books, request_id, register, events, item)


def name_item(item: str) -> str:
    """What an item's key ends in: the case id, or the line of an input (`orders.csv:3` is 3), whatever its file."""
    place, colon, line = item.rpartition(":")
    return line if colon and place and line.isdigit() else item


def list_recorded(books: Books, request_id: str, register: str) -> tuple[list[str], int]:
    """The items that a batch with this key recorded in a register, in that order, and when the first one was
    (microseconds); ([], 0) for a new key.
    """
    if not request_id:
        return [], 0
    start = f"{request_id}/"
    rows = books.index.db.execute(
        "SELECT key, recorded FROM requests WHERE key >= ? AND key < ? AND register = ? ORDER BY recorded, key",
        (start, f"{request_id}0", register),  # `0` comes after `/`
    ).fetchall()
    return [key.removeprefix(start) for key, _ in rows], rows[0][1] if rows else 0


def was_recorded(books: Books, request_id: str) -> bool:
    """Whether a command with this key was recorded: what it then found in the way may be its own work."""
    return bool(request_id) and bool(
        books.index.db.execute("SELECT 1 FROM requests WHERE key = ?", (request_id,)).fetchone()
    )


def record(
    books: Books,
    register: str,
    actor: str,
    decide: Callable[[Instant], Sequence[Step]],
    writing: Writing,
    events: Sequence[str],
    about: str = "",
    adopted: str = "",
) -> Done:
    """Append the steps that `decide` answers, as one command; it is asked under the lock, with the books caught up.

    Steps without a case are of a new one. events, about: what a used --request-id must have been for, and a case of
    the family, to be answered again. adopted: see Books.refuse_short. Refused for what the register's page does not
    allow.
    """
    writer = require_writer(books.folder)

    def plan() -> tuple[Instant, Group, Done]:
        books.refuse_short(register, adopted)
        moment = read_moment(books, writing.at)
        books.unwritten.clear()
        return moment, *plan_group(books, register, actor, decide(moment), moment, writing, attached)

    replay = find_replay(books, writing.request_id, register, events, about)
    if replay is not None:
        return replay
    lint_privacy(books, {"--note": writing.note})
    attached = name_attached(books, writing)
    if writing.dry_run:
        return plan()[2]
    with hold(books):
        replay = find_replay(books, writing.request_id, register, events, about)
        if replay is not None:
            return replay
        moment, drafts, done = plan()
        if not drafts:
            return done
        keep_attached(books, writing, attached)
        done = done._replace(rows=append_drafts(books, register, writer, drafts, moment, sync=True))
        note_alone(books, register, writer, drafts, moment)
        return done


def name_attached(books: Books, writing: Writing) -> str:
    """The field `attached` of these files, worked out once however often the command is run again."""
    return books.ws.keep(writing.attach, lambda: books.attach(writing.attach, dry=True))


def keep_attached(books: Books, writing: Writing, attached: str) -> None:
    """Copy the attachments, now that nothing refuses the command that names them; SystemFailed if they were changed."""
    books.ws.recorded.begun = True
    if writing.attach and books.attach(writing.attach) != attached:
        raise SystemFailed("was changed while the command ran", place="--attach")


def plan_group(
    books: Books,
    register: str,
    actor: str,
    steps: Sequence[Step],
    moment: Instant,
    writing: Writing,
    attached: str,
    ahead: int = 0,
) -> tuple[Group, Done]:
    """The rows of one command, and what it will come to; ahead: new cases before its own that are not recorded yet."""
    if not steps:
        return [], Done("", "", [], Family())
    for step in steps:
        lint_privacy(books, {"--reason": str(step.fields.get("reason") or "")})
    fresh = "" if all(step.case for step in steps) else new_id(books, register, moment, ahead)
    drafts = make_drafts(steps, actor, fresh, moment, writing, attached)
    before, family = try_drafts(books, register, drafts, moment)
    reason = next((text for step in steps if (text := str(step.fields.get("reason") or ""))), writing.reason)
    alone = _check_rights(books, register, drafts, moment, before, family, reason)
    if alone:
        if register != AUDIT:
            books.refuse_short(AUDIT)  # there it is noted too
        for place in alone:
            drafts[place] = drafts[place]._replace(fields={**drafts[place].fields, ALONE.name: reason})
        _, family = try_drafts(books, register, drafts, moment)
        books.warnings.append("nobody else of the desk may record this: it is marked so, with the reason")
    rows = [as_row(draft, register, moment) for draft in drafts]
    return drafts, Done(rows[0].id, family.cases[rows[0].id].state, rows, family, dry=writing.dry_run)


def _check_rights(
    books: Books, register: str, drafts: Group, moment: Instant, before: Family, after: Family, reason: str
) -> list[int]:
    """See rights.check_rights; what anybody may record asks for nobody's post."""
    if not any(is_ruled(books.policy["rights"], register, draft.event) for draft in drafts):
        return []
    from dispatchctl.desk.rights import check_rights

    rows = [as_row(draft, register, moment) for draft in drafts]
    return check_rights(books, rows, before, after, reason, whole=books.granted)


def append_drafts(
    books: Books, register: str, writer: str, drafts: Group, moment: Instant, *, sync: bool, guarded: bool = False
) -> list[Row]:
    """Append the rows of one command, and have it known that they are recorded. guarded: see record_each."""
    part = books.pages.get(register).item
    names = list(dict.fromkeys(draft.fields.get(part) or draft.id for draft in drafts))
    repeatable = guarded or all(draft.request_id or draft.source_ref for draft in drafts)
    end = find_own_end(books, register, writer)  # the index is asked before there is anything to lose
    with books.ws.recorded.appending(names, repeatable=repeatable):
        return _append_group(books, register, writer, end, drafts, moment, sync=sync)


def _append_group(
    books: Books, register: str, writer: str, end: End, drafts: Group, moment: Instant, *, sync: bool
) -> list[Row]:
    if books.unwritten:  # first: a contact that no row names harms nothing
        from dispatchctl.store.contacts import append_contacts

        append_contacts(books.folder, books.unwritten)
        books.unwritten.clear()
    month = local_month(books, moment.recorded // 1_000_000)
    mend_modes(books, register, end)
    placed = append_groups(
        books.folder,
        books.pages.get(register),
        writer,
        month,
        end,
        [drafts],
        [moment.recorded],
        books.timezone,
        sync=sync,
    )
    return [each.row for each in placed]


def note_alone(books: Books, register: str, writer: str, drafts: Group, moment: Instant) -> None:
    """Leave in audit what somebody recorded only because nobody else was there; rows of audit say so themselves."""
    marked = [draft for draft in drafts if draft.fields.get(ALONE.name)]
    if not marked or register == AUDIT:
        return
    group = []
    for ahead, draft in enumerate(marked):
        fields = {"subject": draft.id, "reason": draft.fields[ALONE.name]}
        name = new_id(books, AUDIT, moment, ahead)
        group.append(Draft(moment.at, draft.by, name, "acted-alone", fields, note=f"{register}.{draft.event}"))
    _append_group(books, AUDIT, writer, find_own_end(books, AUDIT, writer), group, moment, sync=True)


def find_own_end(books: Books, register: str, writer: str) -> End:
    """Where the writer goes on in a register: after its last row, above every seq that the file ever had.

    Whether it may go on there at all, Books.refuse_short has said.
    """
    end = find_end(books.folder, register, writer, books.index.last_position(register, writer))
    if end.file is None:
        return end
    return end._replace(position=end.position._replace(seq=max(end.position.seq, books.index.highest_seq(end.file))))


def mend_modes(books: Books, register: str, end: End) -> None:
    """Open to the group again what a killed command of an earlier release left shut, of what is written to here."""
    headless = [f"{register}/{end.file.name}.csv"] if end.file is not None and not end.position.columns else []
    for name in open_shut(books.folder, (register, SEALS, *headless)):
        books.warnings.append(
            f"{books.folder.label}/{name} was shut to all but you by a killed command; it is open now"
        )
