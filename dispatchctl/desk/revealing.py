"""Showing personal data on purpose: who did, what and why, on record before it is shown. Desk (PR-7, FW-3.2)."""

from dispatchctl.desk.books import Books
from dispatchctl.desk.recording import Group, Moment, new_id, record, try_drafts
from dispatchctl.store.journal import Draft


def note_reveal(books: Books, actor: str, subject: str, reason: str) -> None:
    """Record that somebody looked at the contact of a case."""

    def decide(moment: Moment) -> Group:
        name = new_id(books, "audit", moment)
        draft = Draft(moment.at, actor, name, "revealed", {"subject": subject, "reason": reason})
        try_drafts(books, "audit", [draft], moment)
        return [draft]

    record(books, "audit", decide)
