"""Who may record a row: the words of a right turned into people, by the case as it is. Pure (policies.md, "Rights").

The older decisions about charges are rights as well: an entry of the ledger names its approver, a rule its proposer.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from dispatchctl.policy.rights import ANYONE, AUTHOR, DECIDED, PROPOSED, SELF, SUPERIOR, find_right_name
from dispatchctl.policy.rights import SYSTEM as SYSTEM_WORD
from dispatchctl.registers.page import split_items
from dispatchctl.registers.row import Row
from dispatchctl.rules.families import Case, Family
from dispatchctl.rules.owners import SYSTEM, resolve_owners
from dispatchctl.rules.people import People

HEAD = "department-head"
RETRACTED, AMENDED = "retracted", "amended"
OWN = "id"  # in Register.subject: the case is the person


class Right(NamedTuple):
    """Who may: the name it stands under, its words, the clauses. decider: the one word is a charge's approver's.

    lenient: as by the older keys, any role of the chain of command stands for a role that is not in it.
    """

    name: str
    may: tuple[str, ...]
    source: tuple[str, ...] = ()
    decider: bool = False
    lenient: bool = False


class Attempt(NamedTuple):
    """A row that somebody is about to record, with the rules and the people by which that is judged.

    before: its case as it was, None for a new one; case: as it would be with the row, in its family.
    """

    row: Row
    before: Case | None
    case: Case
    family: Family
    policy: Mapping[str, Any]
    people: People

    @property
    def name(self) -> str:
        """REGISTER.EVENT."""
        return f"{self.row.register}.{self.row.event}"


def find_right(attempt: Attempt, rule: Mapping[str, Any] | None) -> Right | None:
    """The right that holds for a row; None where whoever is employed may. rule: of a charge, the one it rests on."""
    if attempt.name in DECIDED and attempt.case.state != "spent":
        fields = (attempt.before or attempt.case).fields
        return Right(attempt.name, (fields.get("approver", ""),), tuple(split_items(fields.get("clauses", ""))), True)
    if attempt.name == PROPOSED and rule is not None and rule["proposer"]:
        word = rule["proposer"]
        return Right(f"{PROPOSED} of {rule['id']}", (word,), tuple(rule["source"]), word == HEAD, True)
    return name_right(attempt.policy, attempt.name)


def name_right(policy: Mapping[str, Any], name: str) -> Right | None:
    """The right of REGISTER.EVENT by the rules; None where nothing is written of it."""
    events = policy["rights"]["events"]
    found = find_right_name(events, name)
    if not found:
        return None
    right = events[found]
    return Right(found, tuple(right["may"]), tuple(right["source"]), lenient="key" in right)


def holds_word(people: People, right: Right, word: str, role: str) -> bool:
    """Whether a role is the word of a right, or stands above it in the chain of command."""
    return role == word or ((right.lenient or people.rank(word) >= 0) and people.stands_for(role, word))


def refuse_self(attempt: Attempt, actor: str) -> str:
    """The name in `never_self` by which a row about oneself is refused; "" where it is not."""
    name = find_right_name(attempt.policy["rights"]["never_self"], attempt.name)
    return name if name and actor in list_subjects(attempt) else ""


def proposed_by(case: Case) -> str:
    """Who proposed an entry of the ledger."""
    return next((row.by for row in case.rows if row.event == "proposed"), "")


def may_record(attempt: Attempt, right: Right | None, actor: str) -> bool:
    """Whether the words of the right name this person, who is employed, or the built-in actor of cron."""
    if right is None:
        return True
    if actor == SYSTEM:
        return SYSTEM_WORD in right.may
    if right.decider:
        from dispatchctl.rules.discipline import may_decide

        return may_decide(attempt.people, actor, attempt.case.fields.get("staff", ""), right.may[0])
    return any(_names(attempt, right, word, actor) for word in right.may)


def _names(attempt: Attempt, right: Right, word: str, actor: str) -> bool:
    people = attempt.people
    if word == ANYONE:
        return True
    if word in attempt.policy["roles"]:
        return holds_word(people, right, word, people.facts(actor).get("role", ""))
    if word == SELF:
        return actor in list_subjects(attempt)
    if word == AUTHOR:
        return actor == find_author(attempt)
    if word == SUPERIOR:
        return any(is_superior(people, actor, staff) for staff in list_subjects(attempt))
    case = attempt.before or attempt.case
    item = attempt.row.fields.get(case.page.item, "") if case.page.item else ""
    return actor in resolve_owners((word,), attempt.family, case, attempt.row.at, people, attempt.policy, item)


def list_subjects(attempt: Attempt) -> set[str]:
    """Whom a row is about, by its page's `subject`: as the case stood (a new one: as the command leaves it), and as the
    row would have it.
    """
    found: set[str] = set()
    for name in attempt.case.page.subject:
        if name == OWN:
            found.add(attempt.case.id)
        for fields in ((attempt.before or attempt.case).fields, attempt.row.fields):
            found |= set(split_items(fields.get(name, "")))
    return found - {""}


def find_author(attempt: Attempt) -> str:
    """Who wrote what a row is about: the row it takes back, the values it corrects, else what the case began with."""
    case = attempt.before or attempt.case
    if attempt.row.event == RETRACTED:
        wanted = attempt.row.fields.get("row", "")
        return next((row.by for row in (*case.rows, *case.conflicts) if row.ref == wanted), "")
    if attempt.row.event == AMENDED:
        said = attempt.row.fields.keys() - {"reason"}
        rows = [row for row in case.rows if row.ref != attempt.row.ref]
        first = rows[0].by if rows else ""  # to what nobody said yet the first author may add
        authors = {next((row.by for row in reversed(rows) if name in row.fields), first) for name in said}
        return authors.pop() if len(authors) == 1 else ""
    return case.rows[0].by if case.rows else ""


def is_superior(people: People, actor: str, staff: str) -> bool:
    """Whether somebody stands above a person: up the links of `manager`, or at the head of the person's department."""
    if actor == staff:
        return False
    seen = {staff}
    above = people.facts(staff).get("manager", "")
    while above and above not in seen:
        if above == actor:
            return True
        seen.add(above)
        above = people.facts(above).get("manager", "")
    department = people.facts(staff).get("department", "")
    return bool(department) and actor in people.heads_of(department)
