"""What leaves the desk on record: reports as files, and contacts shown on purpose. Desk (PD-5.4, PR-7)."""

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.contacts import REVEALED
from dispatchctl.desk.drafts import Step
from dispatchctl.desk.events import begin
from dispatchctl.desk.recording import read_moment
from dispatchctl.desk.rights import require_right
from dispatchctl.errors import UsageFault
from dispatchctl.store.folder import find_obstacle, require_writer
from dispatchctl.typed import Writing, is_blank


def find_obstacle_to_audit(books: Books) -> str:
    """Why no row of audit can be kept here, whoever asks for it; "" where one can be, and so has to be."""
    return find_obstacle(books.folder, "audit")


def open_audit(books: Books) -> tuple[Books, str]:
    """The books to record in, and who acts; raises whatever would refuse the row, before a file is written.

    A report of how things stood (--as-of) is handed out now, so its row is recorded now.
    """
    present = books
    if books.ws.as_of is not None:
        present = Books(books.ws.vary(as_of=""))
        books.derived.append(present)
    present.rest_on()  # the row is of what was handed out, whatever came since
    actor = require_actor(present, system=True)
    require_writer(present.folder)
    present.refuse_short("audit")
    read_moment(present, "")
    return present, actor


def note_report(present: Books, actor: str, report: str, period: str, subject: str, rows: int, content: bytes) -> None:
    """Record that a report was handed out as a file: what it is about, how many rows, and the sha256 of its bytes."""
    from hashlib import sha256

    fields = {
        "subject": subject,
        "report": report,
        "period": period,
        "rows": rows,
        "sha256": sha256(content).hexdigest(),
    }
    begin(present, "audit", lambda moment: [Step("reported", fields)], Writing(), ("reported",), actor=actor)


def note_reveal(books: Books, actor: str, subject: str, reason: str) -> None:
    """Record that somebody looked at the contact of a case."""

    fields = {"subject": subject, "reason": reason}
    begin(books, "audit", lambda moment: [Step("revealed", fields)], Writing(), ("revealed",), actor=actor)


def check_reveal(books: Books, reason: str) -> str:
    """Who reveals; Refused for who may not, before anything is shown (PR-7)."""
    if is_blank(reason):
        raise UsageFault("--reveal needs --reason TEXT")
    actor = require_actor(books)
    require_right(books, actor, REVEALED, "reveal a contact")
    return actor
