"""What a `time_format` of an import map may say, and what it tells of a time: the directives of strptime. Exchange."""

import re
from datetime import datetime

EPOCH_FORM = "%s"  # seconds since 1970 UTC, alone
_DIRECTIVE = re.compile(r"%(.)", re.DOTALL)
_YEARS = frozenset("YyGcxD")
_CLOCKS = frozenset("HIcXMSpf")
TAKEN = frozenset("YmdHMSyfbBaAjIpzZcxX%UWuwGV")


def has_clock(form: str) -> bool:
    """Whether times of this form have a time of day; else they are bare dates."""
    return form == EPOCH_FORM or bool(_CLOCKS & set(_DIRECTIVE.findall(form)))


def check_form(form: str) -> str:
    """Why a form cannot be read by; "" where it can. What a form would read and lose is refused."""
    names = _DIRECTIVE.findall(form)
    if form == EPOCH_FORM:
        return ""
    if "s" in names:
        return "%s (seconds since 1970) stands alone"
    unknown = [name for name in names if name not in TAKEN]
    if unknown or form.replace("%%", "").endswith("%"):
        return f"%{unknown[0] if unknown else ''} is no directive of a time"
    if not _YEARS & set(names):
        return "it has no year"
    if "z" in names and "Z" in names:
        return "%z and %Z both say the zone"
    if "I" in names and "p" not in names:
        return "%I without %p leaves out whether it was before or after noon"
    twice = next((name for name in names if name != "%" and names.count(name) > 1), "")
    if twice:
        return f"%{twice} stands twice"
    try:
        datetime.strptime(
            datetime(2026, 11, 21, 9).strftime(form.replace("%Z", "UTC").replace("%z", "+0800")),
            form.replace("%Z", "UTC"),
        )
    except ValueError as error:
        return str(error)
    return ""
