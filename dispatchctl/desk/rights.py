"""Whether who acts may record what they are about to: asked once, where drafts become rows. Desk.

Of rows that stand nobody asks: what older releases wrote, and what was imported, is as it is (policies.md, "Rights").
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.errors import Refused
from dispatchctl.policy.rights import ANYONE, APPROVED, DECIDED, PROPOSED, SCORES, SELF
from dispatchctl.policy.rights import SYSTEM as SYSTEM_WORD
from dispatchctl.registers.page import VOID
from dispatchctl.registers.row import Row
from dispatchctl.rules.families import Family
from dispatchctl.rules.owners import SYSTEM
from dispatchctl.rules.rights import (
    Attempt,
    Right,
    find_right,
    holds_word,
    list_subjects,
    may_record,
    name_right,
    proposed_by,
    refuse_self,
)

STAFF, JOINED, LEFT, MANAGER = "staff", "staff.joined", "left", "manager"


def check_rights(
    books: Books, rows: Sequence[Row], before: Family, after: Family, reason: str, *, whole: bool = False
) -> list[int]:
    """The places of rows that their author may record only because the desk has nobody else who may.

    before, after: their family without and with them. reason: without it such a row is refused. whole: the right was
    asked for all of an import; what is about oneself is refused all the same. Refused, with the right and its clauses,
    where somebody else may, or the row is about who records it and is not for them.
    """
    people = books.people
    if not people.histories:  # the first person of a new desk enters himself
        return []
    _keep_a_manager(books, rows, after)
    alone = []
    for place, row in enumerate(rows):
        attempt = Attempt(row, before.cases.get(row.id), after.cases[row.id], after, books.policy, people)
        rule = _find_rule(books, attempt)
        right = None if whole else find_right(attempt, rule)
        why = _refuse(attempt, right, rule, row.by)
        if not why:
            continue
        said = f"{row.by} may not record {row.event}" + (f" of {row.id}" if attempt.before else "")
        others = row.by == SYSTEM or any(
            who != row.by and not _refuse(attempt, right, rule, who) for who, _ in people.here()
        )
        if others:
            raise Refused(f"{said}: {why}{_name_holder(books, attempt, row.by)}")
        if not reason:
            raise Refused(
                f"{said}: {why}", hint="nobody else may, either: with --reason TEXT it is recorded, and marked so"
            )
        alone.append(place)
    return alone


def _keep_a_manager(books: Books, rows: Sequence[Row], after: Family) -> None:
    """Refused where nobody would be left who may manage the staff: nobody could be let in any more."""
    hit = {row.id for row in rows if row.register == STAFF}
    if not hit:
        return
    right = name_right(books.policy, JOINED)
    right = right or Right(JOINED, (MANAGER,))
    managing = {who for who, facts in books.people.here() if _has_role(books, right, facts.get("role", ""))}
    here = [after.cases[who] for who in hit if after.cases[who].state not in (VOID, LEFT)]
    rest = (managing - hit) | {case.id for case in here if _has_role(books, right, case.fields.get("role", ""))}
    if managing and not rest:
        who = min(managing & hit)
        message = f"{who} is the last who may manage the staff ({', '.join(right.may)})"
        raise Refused(message, hint="first give somebody else the post: dispatchctl staff join, promote or change")


def _has_role(books: Books, right: Right, role: str) -> bool:
    return any(holds_word(books.people, right, word, role) for word in right.may)


def _refuse(attempt: Attempt, right: Right | None, rule: Mapping[str, Any] | None, actor: str) -> str:
    """Why somebody may not record a row; "" where they may."""
    own = refuse_self(attempt, actor)
    if own:
        return f"it is about {actor} (never_self: {own})"
    if right is not None and right.decider and actor in list_subjects(attempt):
        return f"it is about {actor}{cite(right.source)}"
    if right is not None and not may_record(attempt, right, actor):
        words = ", ".join(right.may) or "nobody"
        return f"that is for {words} ({', '.join((right.name, *right.source))})"
    case = attempt.before
    approves = attempt.name == APPROVED and case is not None and rule is not None and not rule["own_proposal"]
    if approves and case is not None and proposed_by(case) == actor:
        return f"{actor} proposed it{cite(right.source if right else ())}"
    return ""


def cite(clauses: Sequence[str]) -> str:
    """The clauses as the end of a message."""
    return f" ({', '.join(clauses)})" if clauses else ""


def _find_rule(books: Books, attempt: Attempt) -> Mapping[str, Any] | None:
    """The rule of a charge that an entry rests on; None for rows of other registers."""
    if attempt.name != PROPOSED and attempt.name not in DECIDED:
        return None
    from dispatchctl.rules.charges import find_rule

    fields = (attempt.before or attempt.case).fields
    version = next((each for each in books.book.versions if each.label == fields.get("policy_version")), None)
    return find_rule(version, fields.get("rule", "")) if version is not None else None


def _name_holder(books: Books, attempt: Attempt, actor: str) -> str:
    """Whose the work is, and what it is about: a number typed wrongly is seen at once."""
    holder = (attempt.before or attempt.case).fields.get("assignee", "")
    if not holder or holder == actor:
        return ""
    content = books.judging.values(attempt.family, attempt.before or attempt.case).get("content", "")
    return f"; it is {holder} {books.people.name(holder)}'s: {content[:60]}" if content else ""


def require_right(books: Books, actor: str, name: str, what: str, staff: str = "") -> None:
    """Refused where somebody may not do what is no row: import, see others' marks or pay.

    name: as the rules name it; what: as messages say it; staff: whom it is about, "" for others as a whole.
    """
    right = name_right(books.policy, name)
    if right is not None and not _holds_right(books, right, actor, staff):
        cited = ", ".join((right.name, *right.source))
        raise Refused(f"{actor} may not {what}: that is for {', '.join(right.may) or 'nobody'} ({cited})")


def has_right(books: Books, actor: str, name: str) -> bool:
    """Whether require_right would let somebody pass."""
    right = name_right(books.policy, name)
    return right is None or _holds_right(books, right, actor)


def _holds_right(books: Books, right: Right, actor: str, staff: str = "") -> bool:
    if ANYONE in right.may or (staff and staff == actor and SELF in right.may):
        return True
    role = books.people.facts(actor).get("role", "")
    return SYSTEM_WORD in right.may if actor == SYSTEM else _has_role(books, right, role)


def check_scores(books: Books, staff: str) -> None:
    """Refused where who asks may not see somebody's marks, or ("") everybody's; with no such rule nobody is asked."""
    if name_right(books.policy, SCORES) is not None:
        whose = f"{staff} {books.people.name(staff)}" if staff else "everybody"
        require_right(books, require_actor(books, system=True), SCORES, f"see how {whose} was appraised", staff)


def may_without_self(books: Books, actor: str, name: str) -> bool:
    """Whether somebody's role lets them record an event about anybody, not only (`self`) about themselves."""
    right = name_right(books.policy, name)
    if actor == SYSTEM:
        return right is None or SYSTEM_WORD in right.may
    return right is None or SELF not in right.may or _has_role(books, right, books.people.facts(actor).get("role", ""))
