"""Publishing the draft as a version, and changing the days. Desk (what was published: `versions`).

A version is a file that nobody rewrites; which one judges when is the rulebook's to say (policies.md, "Which rules
are in force"). The audit register keeps when each was published, by whom, and its sha256.
"""

import os
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step
from dispatchctl.desk.events import begin
from dispatchctl.desk.policy.draft import examine_draft, find_taken_roles, read_rules_text
from dispatchctl.desk.policy.moves import NOTHING_MOVED, Moves, follow_moves
from dispatchctl.desk.recording import Done
from dispatchctl.desk.times import local_date
from dispatchctl.errors import BadData, DispatchError, NotFound, OutcomeUnknown, Refused, UsageFault
from dispatchctl.policy.assembling import resolve_policy_days
from dispatchctl.policy.comparing import Change, compare_days, compare_rules, list_past_changes
from dispatchctl.policy.days import YEARLY, Days, fill_years, merge_days
from dispatchctl.policy.defaults import Plain
from dispatchctl.policy.publishing import draft_differs, render_version, replace_days
from dispatchctl.policy.rulebook import Rulebook, Version
from dispatchctl.store.publications import read_publications
from dispatchctl.store.rules_cache import read_text
from dispatchctl.store.versions import (
    VersionFile,
    list_version_files,
    list_versions,
    load_form,
    remove_version,
    write_version,
)
from dispatchctl.typed import Writing

SHOWN = 5  # days that a message names


# --- publishing -------------------------------------------------------------------------------------------------------


class Plan(NamedTuple):
    """A publication before it is written. kept: a file that an interrupted one left, which needs its row only.

    replaces: the label of the version whose place it takes, or None. text b"": nothing would change. before: the rules
    without the kept file, where there are any.
    """

    date: str
    text: bytes
    changes: list[Change]
    replaces: str | None
    kept: VersionFile | None = None
    before: Rulebook | None = None


def publish_rules(
    books: Books, writing: Writing, *, days_only: bool = False, reason: str = ""
) -> tuple[Done, dict[str, Any] | None]:
    """Publish the draft, or with days_only its days for the newest version; (what was recorded, what it is).

    None where nothing would change. BadData for a faulty draft; Refused for another writer than policy.publisher, for
    a day before today or not after the newest version in force; UsageFault for a past day without a reason.
    """
    plan: Plan | None = None
    written: VersionFile | None = None
    moves = NOTHING_MOVED

    def start(moment: Instant) -> list[Step]:
        nonlocal plan, written, moves
        book = _load_rules(books)
        plan = _plan_days(books, book, moment, reason) if days_only else _plan_version(books, book, moment)
        if not plan.text:
            return []
        name = plan.kept.name if plan.kept else _next_name(books, plan.date)
        moves = follow_moves(books, plan.before or book, name.removesuffix(".yaml"), plan.text)
        if not writing.dry_run and plan.kept is None:
            written = write_version(books.folder.path, plan.date, plan.text)
        fields = {"subject": name, "period": plan.date, "sha256": compute_digest(plan.text), "reason": reason}
        return [Step("published", fields)]

    try:
        done = begin(books, "audit", start, writing, ("published",))
    except DispatchError as error:
        if written is not None and not isinstance(error, OutcomeUnknown):  # no row tells of it: it was not published
            remove_version(written)
        raise
    if done.replayed:
        return done, _describe_again(books, done)
    if not done.rows or plan is None:
        return done, None
    return done, _describe(done, plan.changes, plan.replaces, moves)


def _load_rules(books: Books) -> Rulebook:
    """The rules as they are now: under the lock, after what another process may have published."""
    form, faults = load_form(books.folder.path, books.ws.policies_path, books.cache, books.assemble)
    if faults:
        raise BadData.of(faults)
    return Rulebook.of(form)


def read_draft(books: Books) -> tuple[bytes, dict[str, Any], Plain]:
    """The draft's text, what it compiles to, and the sections that it leaves to the program; BadData with its faults.

    What may be meant is for policy check.
    """
    path = books.ws.policies_path
    name = os.path.basename(path)
    try:
        text = read_rules_text(path, name)
    except NotFound as error:
        raise BadData(str(error), hint=error.hint) from None
    checked = examine_draft(text, name, books.pages)
    if checked.policy is None:
        raise BadData.of(checked.faults)
    return text, checked.policy, checked.defaults


def _check_publisher(books: Books, publisher: str) -> None:
    if books.folder.writer != publisher:
        raise Refused(
            f"rules are published by the writer {publisher}, and this one is {books.folder.writer}",
            place="policy.publisher",
            hint=f"publish there; a version published by {publisher} may name another publisher",
        )


def _resolve(books: Books, policy: dict[str, Any]) -> Days:
    days = resolve_policy_days(policy)
    asked = policy["calendar"]["published_through"]
    if days["through"] < asked:
        fixed = " less the holidays of fixed date" if policy["calendar"]["country"] in YEARLY else ""
        books.warnings.append(
            f"holidays are known through {days['through']} only: {asked} counts by its weekdays{fixed}, and is"
            " provisional"
        )
    return days


def _today(books: Books, recorded: int) -> date:
    return local_date(books, recorded // 1_000_000)


def _plan_version(books: Books, book: Rulebook, moment: Instant) -> Plan:
    """The draft as a version of its own day."""
    text, policy, defaults = read_draft(books)
    taken = find_taken_roles(books, policy, os.path.basename(books.ws.policies_path))
    if taken:
        raise BadData.of(taken)
    _check_publisher(books, (policy if book.draft_only else book.newest.policy)["publisher"])
    day = policy["effective_from"]
    fresh = _resolve(books, policy)
    if book.draft_only:
        return Plan(day, render_version(text, fresh, defaults), [], None)
    kept = _find_unrecorded(books, day)
    if kept is not None and not draft_differs(text, read_text(kept.path)):
        return _plan_kept(books, book, kept, _today(books, moment.recorded))
    _check_day(book, day, _today(books, moment.recorded).isoformat())
    _check_timezone(books, book, policy, _today(books, moment.recorded).isoformat())
    before = [version for version in book.versions if version.policy["effective_from"] <= day]
    follows = before[-1] if before else book.versions[0]
    today = _today(books, moment.recorded).toordinal()
    if day < book.newest.policy["effective_from"]:
        days = dict(book.tables)
        books.warnings.append(f"the days stay those of {book.newest.label}, the newest version")
    else:
        counted, filled = _fill_both(book, fresh, policy, _today(books, moment.recorded))
        days = merge_days(counted, fresh, today)
        past = list_past_changes(counted, filled, today)
        if past:
            books.warnings.append(f"past days stay as they were: {_name_days(past)}; only publish --days changes them")
    version = render_version(text, days, defaults)
    replaced = follows if follows.policy["effective_from"] == day else None
    if replaced is not None and _read_version(books, replaced) == version:
        return Plan(day, b"", [], None)
    counted, filled = _fill_both(book, days, policy, _today(books, moment.recorded))
    changes = compare_rules(follows.policy, policy) + compare_days(counted, filled)
    return Plan(day, version, changes, replaced.label if replaced else None)


def _plan_kept(books: Books, book: Rulebook, kept: VersionFile, today: date) -> Plan:
    """A version whose publication was cut short, told as it would have been told then."""
    text = read_text(kept.path)
    names = {file.name for file in list_version_files(books.folder.path)} - {kept.name}
    if not names:
        return Plan(kept.date, text, [], None, kept)
    before = _load_some(books, names)
    policy = book.find(kept.label).policy
    earlier = [version for version in before.versions if version.policy["effective_from"] <= kept.date]
    follows = earlier[-1] if earlier else before.versions[0]
    days = _fill_both(before, resolve_policy_days(policy), policy, today)
    changes = compare_rules(follows.policy, policy) + compare_days(*days)
    replaced = follows.label if follows.policy["effective_from"] == kept.date else None
    return Plan(kept.date, text, changes, replaced, kept, before)


def _fill_both(book: Rulebook, fresh: Days, policy: dict[str, Any], today: date) -> tuple[Days, Days]:
    """The days as they are counted now, and as they would be: with the fixed holidays of years that are not known."""
    last = max(today.year, book.tables["through"], fresh["through"])
    now = fill_years(dict(book.tables), book.newest.policy["calendar"]["yearly"], last)
    return now, fill_years(fresh, policy["calendar"]["yearly"], last)


def _check_day(book: Rulebook, day: str, today: str) -> None:
    """Refused for a day (YYYY-MM-DD) on which no version may take effect any more."""
    if day < today:
        raise Refused(
            f"{day} is past: a version takes effect today ({today}) or later",
            place="policy.effective_from",
            hint="what was judged stays as it was; days alone are changed by policy publish --days",
        )
    in_force = [version for version in book.versions if version.policy["effective_from"] <= today]
    if in_force and day <= in_force[-1].policy["effective_from"]:
        label = in_force[-1].label
        raise Refused(
            f"{day} is not after {label}, which is in force: it is never changed",
            place="policy.effective_from",
            hint="give the draft a later day",
        )


def _check_timezone(books: Books, book: Rulebook, policy: Mapping[str, Any], today: str) -> None:
    """Refused for another timezone that would count today, whose records have been begun: from today on, or of a
    version that would be the first, which counts before its day too.
    """
    first = book.versions[0].policy["effective_from"]
    if policy["timezone"] != books.timezone and policy["effective_from"] <= max(today, first):
        raise Refused(
            f"another timezone than {books.timezone} cannot take effect today ({today}), whose records have been begun",
            place="policy.timezone",
            hint=f"give the draft a day after {max(today, first)}",
        )


def _plan_days(books: Books, book: Rulebook, moment: Instant, reason: str) -> Plan:
    """The newest version's text with the days of the draft's calendar."""
    if book.draft_only:
        raise Refused(
            "no version is published: the days of policies.yaml count as they are", hint="dispatchctl policy publish"
        )
    _check_publisher(books, book.newest.policy["publisher"])
    _, policy, _ = read_draft(books)
    days = _resolve(books, policy)
    counted, filled = _fill_both(book, days, book.newest.policy, _today(books, moment.recorded))
    day = book.newest.policy["effective_from"]
    text = _read_version(books, book.newest)
    version = replace_days(text, days)
    if version == text:
        kept = _find_unrecorded(books, day)
        return Plan(day, text if kept else b"", [], None, kept)
    past = list_past_changes(counted, filled, _today(books, moment.recorded).toordinal())
    if past and not reason:
        message = f"past days would change, and with them what was judged by them: {_name_days(past)}"
        raise UsageFault(message, place="--reason", hint="say why with --reason")
    return Plan(day, version, compare_days(counted, filled), book.newest.label)


def _name_days(days: list[int]) -> str:
    more = f" and {len(days) - SHOWN} more" if len(days) > SHOWN else ""
    return ", ".join(date.fromordinal(day).isoformat() for day in days[:SHOWN]) + more


def _read_version(books: Books, version: Version) -> bytes:
    path = next(file.path for file in list_version_files(books.folder.path) if file.label == version.label)
    return read_text(path)


def _find_unrecorded(books: Books, day: str) -> VersionFile | None:
    """The last part of a day's version if no row tells of it: its publication was cut short."""
    file = next((file for file in list_versions(books.folder.path) if file.date == day), None)
    recorded = {each.file for each in read_publications(books.folder.path, books.folder.label)}
    return file if file is not None and file.name not in recorded else None


def _next_name(books: Books, day: str) -> str:
    """The name that write_version will give, so that the row can be tried before anything is written."""
    part = max((file.part for file in list_version_files(books.folder.path) if file.date == day), default=0) + 1
    return f"{day}.yaml" if part == 1 else f"{day}.{part}.yaml"


def compute_digest(text: bytes) -> str:
    """The sha256 of a version's text, in hex."""
    from hashlib import sha256

    return sha256(text).hexdigest()


def _describe(done: Done, changes: list[Change], replaces: str | None, moves: Moves = NOTHING_MOVED) -> dict[str, Any]:
    row = done.rows[0]
    return {
        "id": row.id,
        "event": row.event,
        "state": "open",
        "file": row.fields["subject"],
        "effective_from": row.fields["period"],
        "replaces": replaces,
        "sha256": row.fields["sha256"],
        "reason": row.fields.get("reason"),
        "changes": [change._asdict() for change in changes],
        "due_times": moves._asdict(),
    }


def _describe_again(books: Books, done: Done) -> dict[str, Any]:
    """What the publication was, from the versions that had been published before it."""
    row = done.rows[0]
    name = row.fields["subject"]
    earlier: set[str] = set()
    for each in read_publications(books.folder.path, books.folder.label):
        if each.file == name:
            break
        earlier.add(each.file)
    after = _load_some(books, {*earlier, name})
    this = next((version for version in after.versions if f"{version.label}.yaml" == name), None)
    if not earlier or this is None:
        return _describe(done, [], None)
    before = _load_some(books, earlier)
    day = row.fields["period"]
    past = [version for version in before.versions if version.policy["effective_from"] <= day]
    follows = past[-1] if past else before.versions[0]
    replaces = follows.label if follows.policy["effective_from"] == day else None
    counted, filled = _fill_both(before, dict(after.tables), after.newest.policy, _today(books, row.recorded))
    changes = compare_rules(follows.policy, this.policy) + compare_days(counted, filled)
    return _describe(done, changes, replaces)


def _load_some(books: Books, names: set[str]) -> Rulebook:
    form, faults = load_form(books.folder.path, books.ws.policies_path, "", books.assemble, frozenset(names))
    if faults:
        raise BadData.of(faults)
    return Rulebook.of(form)
