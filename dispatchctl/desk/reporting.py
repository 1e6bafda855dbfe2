"""A report that leaves the program as a file: which period it is about, and its row in audit. Desk (PD-5.4, GL-2.6)."""

from hashlib import sha256

from dispatchctl.desk.acting import begin
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Step
from dispatchctl.desk.periods import LAST, Period, day_period, month_period, week_period
from dispatchctl.desk.recording import read_moment
from dispatchctl.entries import Writing
from dispatchctl.errors import UsageFault
from dispatchctl.store.folder import require_writer
from dispatchctl.workspace import Workspace

REPORTS = ("daily", "weekly", "monthly", "satisfaction", "complaints", "staff")
SHORT = ("daily", "weekly")  # all others are of a month


def find_period(books: Books, report: str, month: str, date: str) -> Period:
    """The period a report is about: the one named, `last`, or the one that holds now, which goes up to now.

    date: a day of it. UsageFault where a month is asked of another report, or both are given.
    """
    if month and report in SHORT:
        raise UsageFault(f"a {report} report has no month", place="--month", hint="name a day: --date YYYY-MM-DD")
    if month and date:
        raise UsageFault("--month and --date say the same thing; give one of them")
    if report == "daily":
        period = day_period(books, date)
    elif report == "weekly":
        period = week_period(books, date)
    else:
        named = month or (date if date in LAST or not date else day_period(books, date).name[:7])
        period = month_period(books, named)
    if (month or date) not in ("", "this"):
        return period
    return period._replace(end=max(period.start, min(period.end, books.now + 1)))


def open_audit(books: Books) -> tuple[Books, str]:
    """The books to record in, and who acts; raises whatever would refuse the row, before a file is written.

    A report of how things stood (--as-of) is handed out now, so its row is recorded now.
    """
    present = books
    if books.ws.as_of is not None:
        present = Books(Workspace({**books.ws.given, "as_of": ""}))
    actor = present.require_actor(system=True)
    require_writer(present.folder)
    read_moment(present, "")
    return present, actor


def note_report(present: Books, actor: str, report: str, period: str, subject: str, rows: int, content: bytes) -> None:
    """Record that a report was handed out as a file: what it is about, how many rows, and the sha256 of its bytes."""

    fields = {
        "subject": subject,
        "report": report,
        "period": period,
        "rows": rows,
        "sha256": sha256(content).hexdigest(),
    }
    begin(present, "audit", lambda moment: [Step("reported", fields)], Writing(), ("reported",), actor=actor)
