"""Checks of the timezone: one that says where the desk is, the same on every machine and in every year.

Layer: policy. Its one job: a check that came after versions were published, as `titles`.
"""

from typing import Any

from dispatchctl.policy.reading import Sheet, show_word

#: names that the time zone database of a machine may have besides the IANA list
NO_PLACES = ("localtime", "posixrules", "Factory")
OTHER_FORMS = ("posix", "right")  # folders of the same places, counted otherwise or not everywhere


def is_place(name: str) -> bool:
    """Whether a name that the database has is one of the IANA list."""
    return name not in NO_PLACES and name.partition("/")[0] not in OTHER_FORMS


def check_timezone(sheet: Sheet, rules: dict[str, Any]) -> None:
    """The timezone is a place of the IANA list, not whatever this machine is set to."""
    name = str(rules["policy"]["timezone"])
    if not is_place(name):
        message = f"{show_word(name)} is no place of the IANA list: it need not mean the same on another machine"
        sheet.fault(("policy", "timezone"), "no-place", message, "a place such as Asia/Shanghai, or UTC")
