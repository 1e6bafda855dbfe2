"""Showing personal data on purpose: who did, what and why, on record before it is shown. Desk (PR-7, FW-3.2)."""

from dispatchctl.desk.acting import begin
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Step
from dispatchctl.entries import Writing


def note_reveal(books: Books, actor: str, subject: str, reason: str) -> None:
    """Record that somebody looked at the contact of a case."""

    fields = {"subject": subject, "reason": reason}
    begin(books, "audit", lambda moment: [Step("revealed", fields)], Writing(), ("revealed",), actor=actor)
