"""Times as the desk reads them: in the policy's timezone, and as records and messages spell them. Desk."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatchctl.desk.books import Books


def local_time(books: "Books", at: int) -> datetime:
    """A time in the policy's timezone."""
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(at, ZoneInfo(books.timezone))


def local_day(books: "Books", at: int) -> str:
    """The day of a time in the policy's timezone, YYYYMMDD, as ids carry it."""
    return local_time(books, at).strftime("%Y%m%d")


def format_time(books: "Books", at: int) -> str:
    """ISO 8601 with the offset of the policy's timezone, to the second."""
    return local_time(books, at).isoformat(timespec="seconds")
