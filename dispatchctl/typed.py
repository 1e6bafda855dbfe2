"""Words that people type for times, days, months (`last`, `2026-10`) and money, read: every word that is taken is here.

Layer: below options and workspace, above errors; knows no policy, so the zone and the present are parameters.
Stored times are never read here: a record holds ISO 8601 only.
"""

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

from dispatchctl.errors import UsageFault

WHEN_FORMS = "ISO 8601, HH:MM, now, today, yesterday, tomorrow, last-month, or a distance such as -3d, -2h, +30m"
DAY_FORMS = "YYYY-MM-DD, today, yesterday, tomorrow, or a distance such as -3d"
MONTH_FORMS = "YYYY-MM, this or last"
MONEY_FORMS = "an amount of at least 0 with at most two places, such as 50 or 50.00"
SIGNED_FORMS = "an amount with at most two places, such as 50 or 50.00, or -20 given back"
BLANKS = (  # all white space of Unicode, and what is of no width or shown as nothing
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\xad\u034f\u061c\u115f\u1160\u180b\u180c\u180d\u180e\u180f\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c"
    "\u202d\u202e\u2800\u3164\ufeff\uffa0\ufff9\ufffa\ufffb\U000e0001"
    + "".join(map(chr, (*range(0x2060, 0x2070), *range(0xFE00, 0xFE10), *range(0xE0020, 0xE0080))))
)
PATH_LIMIT = 4096  # bytes of a path
LAST_YEAR = 9998  # a day beyond it would overflow when a zone or a limit is applied


class When(NamedTuple):
    """A time as typed, which keeps whether it was a moment or a whole day.

    at: epoch seconds; of a day its 00:00, which is what it means as a start. day: the proleptic ordinal of a bare day,
    which as an end means the close of its business (`rules.calendar.Calendar.close_of`); None for a moment.
    """

    at: int
    day: int | None = None


class Writing(NamedTuple):
    """What every writing command takes besides its own options. `at` is text as typed ("": now).

    reason: why somebody records what only somebody else may, where the desk has nobody else.
    """

    at: str = ""
    note: str = ""
    request_id: str = ""
    attach: tuple[str, ...] = ()
    dry_run: bool = False
    reason: str = ""

    def refuse_kept(self, why: str) -> None:
        """UsageFault where something is to be kept with a row that will not be written; why: "there is no row, ..."."""
        kept = {"--at": self.at, "--note": self.note, "--request-id": self.request_id, "--attach": self.attach}
        for option, value in kept.items():
            if value:
                raise UsageFault(why, place=option)


def show_text(text: str) -> str:
    """A text of the user's inside a message: quoted, at most 60 characters, without control characters."""
    return repr(text if len(text) <= 60 else text[:60] + "…")


def refuse_value(option: str, text: str, allowed: str) -> UsageFault:
    """The error for a value that an option does not take."""
    return UsageFault(f"{show_text(text)} is not understood (allowed: {allowed})", place=option)


def refuse_word(option: str, text: str, allowed: str) -> UsageFault:
    """The same for a word that is none of a few."""
    return UsageFault(f"{show_text(text)} is not known (allowed: {allowed})", place=option)


def check_argument(option: str, text: str, *, path: bool = False) -> None:
    """UsageFault naming the option for a text that is none, whatever the option is for: one with a NUL or not UTF-8.

    path: a name of a file may have any other byte, but it is not longer than PATH_LIMIT.
    """
    if "\0" in text:
        raise UsageFault(f"character {text.index(chr(0)) + 1} is a NUL, which no text here can hold", place=option)
    try:
        size = len(text.encode(errors="surrogateescape" if path else "strict"))
    except UnicodeEncodeError as error:
        raise UsageFault(f"character {error.start + 1} is no character: the text is not UTF-8", place=option) from None
    if path and size > PATH_LIMIT:
        raise UsageFault(f"{show_text(text)} has {size} bytes, more than the {PATH_LIMIT} of any path", place=option)


def to_epoch(local: datetime, tz_name: str) -> int:
    """Whole seconds since 1970 UTC of a time; one without offset is a wall time of `tz_name` ("": the machine's zone).

    Of an ambiguous wall time the first is meant; one that a change to summer time skips moves forward by the gap.
    """
    if local.tzinfo is None and tz_name:
        from zoneinfo import ZoneInfo

        local = local.replace(tzinfo=ZoneInfo(tz_name))
    return int(local.timestamp() // 1)


def to_local(now: int, tz_name: str) -> datetime:
    """The wall time of an epoch second in `tz_name` ("": the machine's zone), without offset."""
    if not tz_name:
        return datetime.fromtimestamp(now)
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(now, ZoneInfo(tz_name)).replace(tzinfo=None)


def shift_day(day: datetime, number: int, unit: str) -> datetime:
    """The same wall time `number` days (`d`) or weeks (`w`) on; hours and minutes are exact, so not for here."""
    return day + timedelta(days=number * (7 if unit == "w" else 1))


def _read_word(text: str, local: datetime) -> datetime | None:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if text == "today":
        return midnight
    if text in ("yesterday", "tomorrow"):
        return midnight + timedelta(days=-1 if text == "yesterday" else 1)
    if text == "last-month":
        return (midnight.replace(day=1) - timedelta(days=1)).replace(day=1)
    clock = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", text)
    if clock:
        return midnight.replace(hour=int(clock[1]), minute=int(clock[2]))
    return None


def _read_loosely(text: str, local: datetime, tz_name: str, option: str) -> When | None:
    if len(text) > 64 or not text.isprintable() or re.fullmatch(r"[-+]?\d{1,4}([.,]\d*)?", text):
        return None  # the parser would take a bare number for a day of this month, 9.30 too
    import warnings

    from dateutil import parser

    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    marked = midnight.replace(hour=23, minute=59, second=58, microsecond=57)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = parser.parse(text, default=midnight)
            bare = parser.parse(text, default=marked).time() == marked.time()  # the text itself gave no time of day
            epoch = to_epoch(found, tz_name)
            understood = to_local(epoch, tz_name).isoformat(" ", "minutes")
    except Exception:  # dateutil lets more than its own error escape on odd input
        return None
    from dispatchctl.output.terminal import tell

    tell(f"{option}: {text} was read as {found.date().isoformat() if bare else understood}")
    return When(epoch, found.toordinal() if bare else None)


def read_when(text: str, tz_name: str, now: int, option: str = "--at", *, strict: bool = False) -> When:
    """A moment or a whole day as typed; `now` is epoch seconds, `tz_name` an IANA zone ("": the machine's).

    Takes ISO 8601, HH:MM of today, now, today, yesterday, tomorrow, last-month (its first day) and distances from now
    in m h (exact), d w (same wall time). A bare date and the words for a day are days, all else is a moment. What is
    none of these goes through dateutil, and what was understood is said on stderr; with `strict` only ISO 8601 and
    `now` are taken. Raises UsageFault naming `option`.
    """
    allowed = "ISO 8601, such as 2026-11-21T09:00:00+08:00, or now" if strict else WHEN_FORMS
    try:
        found = _read_form(text.strip(), tz_name, now, option, strict=strict)
    except (OverflowError, OSError):
        found = None
    if found is not None and 0 <= found.at < 253_370_764_800:  # 9999-01-01
        return found
    raise refuse_value(option, text, allowed)


def parse_when(text: str, tz_name: str, now: int, option: str = "--at", *, strict: bool = False) -> int:
    """The same where a moment is meant, or a start: epoch seconds, of a bare day those of its 00:00."""
    return read_when(text, tz_name, now, option, strict=strict).at


def _read_form(wanted: str, tz_name: str, now: int, option: str, *, strict: bool) -> When | None:
    if wanted == "now":
        return When(now)
    try:
        found = datetime.fromisoformat(wanted) if wanted[:4].isdecimal() and len(wanted) >= 4 else None
    except ValueError:
        found = None
    if found is not None:
        return _place(found, tz_name, bare=_is_bare(wanted))
    if strict:
        return None
    local = to_local(now, tz_name)
    distance = re.fullmatch(r"([+-])([0-9]{1,6})([mhdw])", wanted)
    if distance:
        number = int(distance[1] + distance[2])
        if distance[3] in "mh":
            return When(now + number * (60 if distance[3] == "m" else 3600))
        return _place(shift_day(local, number, distance[3]), tz_name)
    found = _read_word(wanted, local)
    if found is not None:
        return _place(found, tz_name, bare=":" not in wanted)
    return _read_loosely(wanted, local, tz_name, option)


def _is_bare(text: str) -> bool:
    """Whether an ISO 8601 text is a date without a time of day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _place(found: datetime, tz_name: str, *, bare: bool = False) -> When | None:
    if not 1970 <= found.year <= LAST_YEAR:
        return None
    return When(to_epoch(found, tz_name), found.toordinal() if bare else None)


def parse_day(text: str, tz_name: str, now: int, option: str = "--date") -> date:
    """The day of a text in `tz_name`: YYYY-MM-DD, today, yesterday, tomorrow, -3d, +1w. Raises UsageFault."""
    wanted = text.strip()
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", wanted):
        try:
            day = date.fromisoformat(wanted)
        except ValueError:
            raise refuse_value(option, text, DAY_FORMS) from None
        if 1970 <= day.year <= LAST_YEAR:
            return day
    distance = re.fullmatch(r"([+-][0-9]{1,5})([dw])", wanted)
    local = to_local(now, tz_name)
    if distance:
        try:
            day = shift_day(local, int(distance[1]), distance[2]).date()
        except OverflowError:
            raise refuse_value(option, text, DAY_FORMS) from None
        if 1970 <= day.year <= LAST_YEAR:
            return day
    if wanted in ("today", "yesterday", "tomorrow"):
        found = _read_word(wanted, local)
        if found is not None:
            return found.date()
    raise refuse_value(option, text, DAY_FORMS)


def parse_month(text: str, tz_name: str, now: int, option: str = "--month") -> str:
    """A month as `YYYY-MM`: itself, `this` (the one that holds now in `tz_name`) or `last` (the one before)."""
    wanted = text.strip()
    if re.fullmatch(r"(19[789][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])", wanted) and int(wanted[:4]) <= LAST_YEAR:
        return wanted
    first = to_local(now, tz_name).date().replace(day=1)
    if wanted in ("last", "last-month"):
        first = (first - timedelta(days=1)).replace(day=1)
    elif wanted not in ("this", "this-month"):
        raise refuse_value(option, text, MONTH_FORMS)
    return first.strftime("%Y-%m")


def parse_money(text: str, option: str = "--amount", *, signed: bool = False) -> str:
    """An amount as records hold it: a plain decimal string with two places, at least 0, below 10^12.

    signed: also one below 0, above -10^12.
    """
    found = re.fullmatch(r"(-?)0*([0-9]{1,12})(?:\.([0-9]{0,2}))?", text.strip(), re.ASCII)
    if not found or (found[1] and not signed):
        raise refuse_value(option, text, SIGNED_FORMS if signed else MONEY_FORMS)
    amount = f"{found[2]}.{found[3] or '':0<2}"
    return f"-{amount}" if found[1] and amount.strip("0.") else amount


def is_blank(text: str) -> bool:
    """Whether a text says nothing: empty, or nothing in it but blanks and signs that nobody sees."""
    return not text.strip(BLANKS)


def fold_reference(text: str) -> str:
    """Another system's number for comparing: without blanks around it and without full-width ones; "" for a blank."""
    return "" if is_blank(text) else text.replace("\u3000", "").strip()
