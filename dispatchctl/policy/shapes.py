"""What the sections of the rules are declared with: shapes of values, and how each kind of text is typed.

Layer: policy. Its one job: one declaration serves the checker (`reading`), the JSON Schema (`schema`) and the
defaults. A scalar kind is a function from text to a plain value (ValueError says what is wrong) and a schema.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from dispatchctl.policy.week import WEEKDAYS, read_days
from dispatchctl.registers.page import TEXT_LIMIT

STRUCT, MAP, LIST, EITHER = "struct", "map", "list", "either"
LEFT_OUT = object()  # the default of a key whose absence and whose blank value mean different things


class Shape(NamedTuple):
    """What may stand at one place.

    kind: struct (fixed `keys`), map (free keys, each value of shape `of`), list (of `of`; a single value stands for
    a list of one), either (a map is read as `of`, anything else as `other`), or the name of a scalar kind.
    choices: of the kind choice. blank: a blank is a value of its own (None), not "left out". low: fewest items.
    pattern: what the free keys of a map look like, for the JSON Schema.
    """

    kind: str
    keys: "tuple[Key, ...]" = ()
    of: "Shape | None" = None
    other: "Shape | None" = None
    choices: tuple[str, ...] = ()
    blank: bool = False
    low: int = 0
    pattern: str = ""


class Key(NamedTuple):
    """One key of a struct. default: the plain value where it is left out or blank; required: it may not be.

    note: one line for editors, in Chinese.
    """

    name: str
    shape: Shape
    default: Any = None
    required: bool = False
    note: str = ""


class Scalar(NamedTuple):
    """A kind of text: `read` types it or raises ValueError(what is wrong), `allowed` says what it may be."""

    read: Callable[[str], Any]
    allowed: str
    schema: dict[str, Any]


def struct(*keys: Key) -> Shape:
    """A map with fixed keys."""
    return Shape(STRUCT, keys=keys)


def map_of(shape: Shape, low: int = 0, pattern: str = "") -> Shape:
    """A map with free keys, at least `low` of them."""
    return Shape(MAP, of=shape, low=low, pattern=pattern)


def list_of(shape: Shape, low: int = 0) -> Shape:
    """A list of at least `low` items; a single value stands for a list of one."""
    return Shape(LIST, of=shape, low=low)


def scalar(kind: str) -> Shape:
    """A text of one of the kinds in SCALARS."""
    return Shape(kind)


def choice(*words: str) -> Shape:
    """One of a few words that the program fixes."""
    return Shape("choice", choices=words)


def either(of: Shape, other: Shape) -> Shape:
    """What is written as a map is read as `of`, anything else as `other`."""
    return Shape(EITHER, of=of, other=other)


def blankable(shape: Shape) -> Shape:
    """The same, where a blank is a value of its own."""
    return shape._replace(blank=True)


def list_words(*words: str, low: int = 0) -> Shape:
    """A list of words that the program fixes."""
    return list_of(choice(*words), low)


STRETCHES = ("month", "year", "ever")

_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_MONEY = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")
_TIME = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
_SEGMENT = re.compile(r"\s*([0-9:]+)\s*-\s*([0-9:]+)\s*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EVENT = re.compile(r"[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)?")
_PATH = re.compile(r"[a-z]+([_-][a-z0-9]+)*(\.[a-z]+([_-][a-z0-9]+)*)?")


def _text(text: str) -> str:
    if len(text.encode("utf-8", "surrogatepass")) > TEXT_LIMIT:
        raise ValueError(f"a text of more than {TEXT_LIMIT} bytes")
    return text


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{_quote(text)} is neither true nor false")
    return text == "true"


def _decimal(text: str) -> str:
    """A number that is not negative, as canonical text: no leading or trailing zeros."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{_quote(text)} is not a number")
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{part}" if part else "")


def _money(text: str) -> str:
    """An amount with two places."""
    match = _MONEY.fullmatch(text)
    if not match:
        raise ValueError(f"{_quote(text)} is not an amount of money")
    return f"{match[1].lstrip('0') or '0'}.{(match[2] or '').ljust(2, '0')}"


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise ValueError(f"{_quote(text)} is not a whole number")
    return int(text)


def _amount(text: str) -> str:
    """An amount of money, or `field.NAME`: the amount that the event itself carries."""
    return text if re.fullmatch(r"field\.[a-z_]+", text) else _money(text)


def _stretch(text: str) -> Any:
    """A word for a stretch of the calendar, or a span [number, unit]."""
    return text if text in STRETCHES else _span(text)


def _year(text: str) -> int:
    if not re.fullmatch(r"[12][0-9]{3}", text):
        raise ValueError(f"{_quote(text)} is not a year")
    return int(text)


def read_date(text: str) -> date:
    """The day that YYYY-MM-DD names; ValueError for anything else."""
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError(f"{_quote(text)} is not a day")


def _day(text: str) -> int:
    return read_date(text).toordinal()


def _iso_day(text: str) -> str:
    return read_date(text).isoformat()


def _time_of_day(text: str) -> int:
    """Seconds since local midnight; 24:00 is the end of the day."""
    match = _TIME.fullmatch(text)
    seconds = int(match[1]) * 3600 + int(match[2]) * 60 if match else 86401
    if seconds > 86400:
        raise ValueError(f"{_quote(text)} is not a time of day")
    return seconds


def _segment(text: str) -> list[int]:
    match = _SEGMENT.fullmatch(text)
    if not match:
        raise ValueError(f"{_quote(text)} is not a stretch of hours")
    start, end = _time_of_day(match[1]), _time_of_day(match[2])
    if start >= end:
        raise ValueError(f"{_quote(text)} ends before it begins; what crosses midnight is two stretches")
    return [start, end]


def _span(text: str) -> list[Any]:
    from dispatchctl.policy.spans import parse_span

    try:
        limit = parse_span(text)
    except ValueError:
        raise ValueError(f"{_quote(text)} is not a length of time") from None
    return [limit.number, limit.unit]


def _event(text: str) -> str:
    if not _EVENT.fullmatch(text):
        raise ValueError(f"{_quote(text)} is not the name of an event")
    return text


def _path(text: str) -> str:
    if not _PATH.fullmatch(text):
        raise ValueError(f"{_quote(text)} is not the name of a field")
    return text


def _writer(text: str) -> str:
    if text != "main" and not re.fullmatch("[A-Z][A-Z0-9]{0,7}", text):
        raise ValueError(f"{_quote(text)} is not a writer")
    return text


def _weekdays(text: str) -> str:
    read_days(text)
    return text


def _currency(text: str) -> str:
    if not re.fullmatch("[A-Z]{3}", text):
        raise ValueError(f"{_quote(text)} is not a currency")
    return text


def _country(text: str) -> str:
    if text != "none" and not re.fullmatch("[A-Z]{2}", text):
        raise ValueError(f"{_quote(text)} is not a country")
    return text


def _timezone(text: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"{_quote(text)} is not a timezone") from None
    return text


def _quote(text: str) -> str:
    """How a message shows a value: one short line, whatever is in it."""
    shown = text if len(text) <= 40 else text[:37] + "..."
    return shown if shown.isprintable() and shown else ascii(shown)


def _like(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def _number_like(pattern: str) -> dict[str, Any]:
    return {"anyOf": [{"type": "number", "minimum": 0}, _like(pattern)]}


_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]|24:00"
_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_SPAN_ALLOWED = "a whole number and one of m h bm bh d wd w, as in 30m, 4h, 8bh, 3wd"

SCALARS: dict[str, Scalar] = {
    "text": Scalar(_text, "text", {"type": ["string", "number", "boolean"]}),
    "flag": Scalar(_flag, "true or false", {"enum": [True, False, "true", "false"]}),
    "decimal": Scalar(_decimal, "a number, not negative, such as 5 or 1.5", _number_like(_DECIMAL.pattern)),
    "whole": Scalar(
        _whole,
        "a whole number, not negative",
        {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 999_999}, _like("[0-9]{1,6}")]},
    ),
    "amount": Scalar(
        _amount,
        "an amount with at most two places, or field.NAME",
        {"anyOf": [{"type": "number", "minimum": 0}, _like(rf"field\.[a-z_]+|{_MONEY.pattern}")]},
    ),
    "stretch": Scalar(
        _stretch, f"month, year, ever, or {_SPAN_ALLOWED}", _like("month|year|ever|[1-9][0-9]{0,4}(m|h|bm|bh|d|wd|w)")
    ),
    "money": Scalar(_money, "an amount with at most two places, such as 50.00", _number_like(_MONEY.pattern)),
    "year": Scalar(
        _year, "four digits", {"anyOf": [{"type": "integer", "minimum": 1000, "maximum": 2999}, _like("[12][0-9]{3}")]}
    ),
    "day": Scalar(_day, "YYYY-MM-DD", _like(_DAY)),
    "iso-day": Scalar(_iso_day, "YYYY-MM-DD", _like(_DAY)),
    "time": Scalar(_time_of_day, "HH:MM, 00:00 to 24:00", _like(_CLOCK)),
    "segment": Scalar(_segment, "HH:MM-HH:MM, up to 24:00", _like(rf"\s*({_CLOCK})\s*-\s*({_CLOCK})\s*")),
    "span": Scalar(_span, _SPAN_ALLOWED, _like("[1-9][0-9]{0,4}(m|h|bm|bh|d|wd|w)")),
    "event": Scalar(_event, "EVENT, REGISTER.EVENT or state.NAME", _like(_EVENT.pattern)),
    "path": Scalar(_path, "FIELD or PREFIX.FIELD", _like(_PATH.pattern)),
    "writer": Scalar(_writer, "main, or 1 to 8 capitals and digits, first a letter", _like("main|[A-Z][A-Z0-9]{0,7}")),
    "weekdays": Scalar(_weekdays, "mon to sun, or a range such as mon-sat", _like(WEEKDAYS)),
    "currency": Scalar(_currency, "three capitals, such as CNY", _like("[A-Z]{3}")),
    "country": Scalar(_country, "two capitals such as CN, or none", _like("none|[A-Z]{2}")),
    "timezone": Scalar(_timezone, "a name of the time zone database, such as Asia/Shanghai", {"type": "string"}),
}

TEXT = scalar("text")
FLAG = scalar("flag")
SPAN = scalar("span")
EVENT = scalar("event")
PATH = scalar("path")
