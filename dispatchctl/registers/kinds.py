"""What a field of each type may hold, as a file has it, for whoever writes rows and whoever checks them."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from dispatchctl.registers.page import Field

DIGITS = 18  # of a whole number; Python refuses to read thousands of them
YES = "yes"  # a flag that is set; one that is not is empty
_MONEY = r"-?[0-9]{1,15}\.[0-9]{2}"


def _check_choice(field: Field, text: str) -> str:
    return "" if text in field.choices else ", ".join(field.choices)


def _check_integer(field: Field, text: str) -> str:
    low, _, high = field.of.partition("..")
    fits = text.isascii() and text.isdigit() and len(text) <= DIGITS and int(low) <= int(text) <= int(high)
    return "" if fits else f"{low} to {high}"


def _check_money(field: Field, text: str) -> str:
    return "" if re.fullmatch(_MONEY, text, re.ASCII) else "an amount with two places"


def _check_time(field: Field, text: str) -> str:
    try:
        known = datetime.fromisoformat(text).utcoffset() is not None
    except ValueError:
        known = False
    return "" if known else "a time with an offset"


def _check_date(field: Field, text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        return "YYYY-MM-DD"
    return ""


def _check_month(field: Field, text: str) -> str:
    return "YYYY-MM" if _check_date(field, f"{text}-01") else ""


def _check_flag(field: Field, text: str) -> str:
    return "" if text == YES else YES


KINDS: Mapping[str, Callable[[Field, str], str]] = {
    "choice": _check_choice,
    "integer": _check_integer,
    "money": _check_money,
    "time": _check_time,
    "date": _check_date,
    "month": _check_month,
    "flag": _check_flag,
}


def check_value(field: Field, text: str) -> str:
    """What a field may hold, if one item of it may not be this text; "" where it may. Types not in KINDS hold any text.

    Whether what it names is there (staff, case, contact, key) is not to be seen in the text.
    """
    check = KINDS.get(field.type)
    return check(field, text) if check else ""
