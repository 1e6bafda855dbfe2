"""The hours of a week: `mon-fri: ["08:30-12:00", "13:30-17:30"]` as seven days of seconds; which of them are worked.

Layer: policy. Its one job: expand words that name weekdays; what is wrong with them is a ValueError's text.
"""

from contextlib import suppress
from itertools import pairwise

Segments = list[list[int]]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAKE_UP = "make-up"
WEEKDAYS = f"({'|'.join(DAYS)})(-({'|'.join(DAYS)}))?"  # of what `read_days` reads


def read_days(key: str) -> list[int]:
    """The days (0 = Monday) that `mon` or `mon-fri` names; ValueError for anything else."""
    first, dash, last = key.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise ValueError(f"{key} names no days of the week")
    start, end = DAYS.index(first), DAYS.index(last if dash else first)
    if dash and start >= end:
        raise ValueError(f"{key} runs backwards; name the days before and after Sunday apart")
    return list(range(start, end + 1))


def find_overlap(segments: Segments) -> bool:
    """Whether two of the stretches share time; touching is no overlap."""
    ordered = sorted(segments)
    return any(left[1] > right[0] for left, right in pairwise(ordered))


def build_week(hours: dict[str, Segments]) -> tuple[list[Segments], Segments]:
    """(seven lists of [start, end] seconds, Monday first; those of a make-up day, by default Monday's), sorted.

    Keys that name no days are passed over.
    """
    week: list[Segments] = [[] for _ in DAYS]
    for key, segments in hours.items():
        try:
            days = read_days(key)
        except ValueError:
            continue
        for day in days:
            week[day] = sorted(segments)
    make_up = sorted(hours[MAKE_UP]) if hours.get(MAKE_UP) else week[0]
    return week, make_up


def build_working(words: list[str]) -> list[int]:
    """The weekdays (0 = Monday) that the words name, in order. Words that name none are passed over."""
    days: set[int] = set()
    for word in words:
        with suppress(ValueError):
            days.update(read_days(word))
    return sorted(days)


def show_working(days: list[int]) -> list[str]:
    """Weekdays in the fewest words: `mon-sat`, or `tue-thu` and `sat`."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [DAYS[run[0]] + (f"-{DAYS[run[-1]]}" if len(run) > 1 else "") for run in runs]


def show_time(seconds: int) -> str:
    """Seconds of a day as HH:MM."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"


def show_segments(segments: Segments) -> list[str]:
    """Stretches as they are written in the rules."""
    return [f"{show_time(start)}-{show_time(end)}" for start, end in segments]
