"""What was recorded in a month by somebody who otherwise may not, since nobody else was there: a section of its report.

Desk (policies.md, "Rights").
"""

from collections.abc import Iterator
from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.periods import Period
from dispatchctl.desk.times import format_time
from dispatchctl.registers.page import ALONE
from dispatchctl.registers.row import Row
from dispatchctl.store.conditions import MARKED_ALONE
from dispatchctl.store.schema import quote


def list_alone(books: Books, kind: str, stretch: Period) -> list[dict[str, Any]]:
    """The section `alone` of a month's report, its rows oldest first; none where everything was for who recorded it."""
    if kind != "monthly":
        return []
    found = sorted(_find_rows(books, stretch), key=lambda row: (row.at, row.recorded, row.seq))
    rows = [
        {
            "case": row.id,
            "register": row.register,
            "event": row.event,
            "at": format_time(books, row.at),
            "by": row.by,
            "reason": row.fields[ALONE.name],
        }
        for row in found
    ]
    title = "无他人可办而由本人办理" if books.lang == "zh" else "Recorded with nobody else to do it"
    return [{"id": "alone", "title": title, "rows": rows}] if rows else []


def _find_rows(books: Books, stretch: Period) -> Iterator[Row]:
    for register in books.pages.names:
        cases = books.index.db.execute(f"SELECT id FROM {quote(register)} WHERE {MARKED_ALONE}").fetchall()
        for (case,) in cases:
            for row in books.case(case).rows:
                if row.fields.get(ALONE.name) and stretch.start <= row.at < stretch.end:
                    yield row
