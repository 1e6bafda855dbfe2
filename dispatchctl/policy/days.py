"""Which days are public holidays and make-up working days, worked out once, when rules are published.

Layer: policy. Its one job: turn what the holiday libraries know, and the desk's own `closed` and `open`, into two
tables of days. The only module that imports such a library, and only inside its functions: a verdict rests on the
tables in the published version, never on what happens to be installed.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from dispatchctl.errors import Refused

FIRST_YEAR = 2004  # chinesecalendar knows no earlier arrangement
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}
OWN = ""  # the name of a day that the desk itself closed or opened
# Public holidays that fall on the same dates every year, "MM-DD" -> name, since the year given. The other days of an
# arrangement (the lunar festivals, what is moved to join weekends) are announced year by year.
Yearly = tuple[int, dict[str, str]]
YEARLY: dict[str, Yearly] = {
    "CN": (
        2025,
        {
            **{"01-01": "元旦", "05-01": "劳动节", "05-02": "劳动节"},
            **{"10-01": "国庆节", "10-02": "国庆节", "10-03": "国庆节"},
        },
    )
}

NO_YEARLY: Yearly = (0, {})

Days = dict[str, Any]  # {"off": {ordinal: name}, "working": {ordinal: name}, "through": year}


def resolve_days(country: str, through: int, closed: list[int], open: list[int]) -> Days:
    """The days off and the make-up working days from 2004 through the year `through`, own days last.

    Days are proleptic ordinals. "through" of the answer is the last year whose arrangement is known, at most the one
    asked for: later years are Monday to Friday but for `closed`, `open` and the holidays of fixed date (YEARLY), which
    the calendar adds. A year all of whose fixed holidays stand in `closed` was entered by hand, and is known. Every
    date of a public holiday is listed, weekends too, since it has no hours either. Raises Refused where the country
    needs a library that is not installed, or is unknown to it.
    """
    off: dict[int, str] = {}
    working: dict[int, str] = {}
    known = through
    if country == "none":
        pass
    elif country == "CN":
        off, working, known = _read_chinese(through)
    else:
        off, working, known = _read_foreign(country, through)
    last = max((date.fromordinal(day).year for day in closed), default=known)
    names = fill_years({"off": {}, "working": {}, "through": known}, YEARLY.get(country, NO_YEARLY), last)["off"]
    known = _count_by_hand(country, known, through, closed)
    for day in closed:
        working.pop(day, None)
        off.setdefault(day, names.get(day, OWN))
    for day in open:
        off.pop(day, None)
        working.setdefault(day, OWN)
    return {"off": dict(sorted(off.items())), "working": dict(sorted(working.items())), "through": known}


def _count_by_hand(country: str, known: int, through: int, closed: Iterable[int]) -> int:
    """The last year known, with those that follow and were entered by hand."""
    first, dates = YEARLY.get(country, NO_YEARLY)
    entered = set(closed)
    while dates and first <= known + 1 <= through:
        if not entered.issuperset(date.fromisoformat(f"{known + 1}-{day}").toordinal() for day in dates):
            break
        known += 1
    return known


def _read_chinese(through: int) -> tuple[dict[int, str], dict[int, str], int]:
    """The arrangements of the State Council, year by year, as far as they are announced."""
    from chinese_calendar import holidays, workdays  # by day; its functions look through all of them at every call

    known = max(min(through, max(holidays).year), FIRST_YEAR - 1)

    def name_days(named: Mapping[date, str]) -> dict[int, str]:
        days = sorted(day for day in named if FIRST_YEAR <= day.year <= known)
        return {day.toordinal(): NAMES.get(named[day], named[day]) for day in days}

    working = name_days(workdays)
    off = {day: name for day, name in name_days(holidays).items() if day not in working}
    return off, working, known


def _read_foreign(country: str, through: int) -> tuple[dict[int, str], dict[int, str], int]:
    try:
        import holidays  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        hint = "install the extra: pip install 'dispatchctl[holidays]', or write country: none and list closed days"
        raise Refused(f"the public holidays of {country} need the package holidays", hint=hint) from None
    try:
        table = holidays.country_holidays(country, years=range(FIRST_YEAR, through + 1))
    except NotImplementedError:
        hint = "write country: none and list closed days"
        raise Refused(f"the package holidays knows no country {country}", hint=hint) from None
    working = {
        day.toordinal(): OWN for day in getattr(table, "weekend_workdays", ()) if FIRST_YEAR <= day.year <= through
    }
    return {day.toordinal(): name for day, name in table.items()}, working, through


def fill_years(days: Days, yearly: Yearly, through: int) -> Days:
    """The same days, with the holidays of fixed date that count in the years after "through", until the year `through`.

    What the calendar makes of those years, as a table; "through" of the answer stays the last year known.
    """
    since, dates = yearly
    off = dict(days["off"])
    for year in range(max(days["through"] + 1, since), through + 1):
        for text, name in dates.items():
            day = date.fromisoformat(f"{year}-{text}").toordinal()
            if day not in days["working"]:
                off.setdefault(day, name)
    return {**days, "off": dict(sorted(off.items()))}


def merge_days(newest: Days, fresh: Days, today: int) -> Days:
    """The days of a new version: those before `today` (an ordinal) as the newest version has them, the others fresh.

    What was counted by a past day stays as it was; a year that was known for past days stays known. newest: filled
    (`fill_years`) through the year of today.
    """
    merged: Days = {}
    for table in ("off", "working"):
        past = {day: name for day, name in newest[table].items() if day < today}
        merged[table] = past | {day: name for day, name in fresh[table].items() if day >= today}
    last_past_year = date.fromordinal(today).year - 1
    merged["through"] = max(fresh["through"], min(newest["through"], last_past_year))
    return merged
