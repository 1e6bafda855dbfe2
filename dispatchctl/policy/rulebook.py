"""All versions of the rules in the order they came into force, and which of them judges a moment.

Layer: policy. Its one job: choose a version by time and hand over what its calendar is built from. On the daily
path: what compiles is imported only where the cache has nothing.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatchctl.errors import Fault
from dispatchctl.registers import SHIPPED, Pages

if TYPE_CHECKING:
    from dispatchctl.policy.forms import Form


def assemble_rules(
    texts: Sequence[Any], draft: tuple[str, bytes] | None, pages: Pages = SHIPPED
) -> "tuple[Form | None, list[Fault]]":
    """(the form of the rules in force, []) or (None, every fault that keeps them from being so).

    texts: the versions that count, by day, each an `assembling.PublishedText`. draft: the name and bytes of
    policies.yaml, None where it is missing; it judges while there are no versions, and its faults stop nothing once
    there is one. pages: of the registers that the rules may name.
    """
    from dispatchctl.policy.assembling import assemble_form

    return assemble_form(texts, draft, pages)


NOTICE_MONTH = 11  # from when on the days of the next year are announced, and missed where they are not known


class Version(NamedTuple):
    """One version. label: the file's name without `.yaml` (of a draft: its effective_from).

    starts_at: seconds since 1970 UTC of that day's 00:00 in the version's own timezone. policy: compiled, see
    `compiling`.
    """

    label: str
    starts_at: int
    policy: dict[str, Any]


class Rulebook:
    """The rules in force.

    versions: by starts_at, at least one unless the rules are faulty. tables: the newest version's days, {"off",
    "working": {ordinal: name}, "through": year}, as `days.merge_days` takes them. fingerprint: changes
    whenever what judges changes (rules, days), not when only clauses' texts do. draft_only: nothing is published,
    policies.yaml judges. draft_differs: policies.yaml is not what the newest version was made of. read_other: reads a
    published version that does not count any more, by its label; None where there is none.
    """

    __slots__ = ("_others", "_starts", "draft_differs", "draft_only", "fingerprint", "read_other", "tables", "versions")

    def __init__(
        self,
        versions: Sequence[Version],
        days: Mapping[str, Any],
        fingerprint: str,
        *,
        draft_only: bool = False,
        draft_differs: bool = False,
        read_other: Callable[[str], Version | None] | None = None,
    ) -> None:
        self.versions = list(versions)
        self.tables = days
        self.fingerprint = fingerprint
        self.draft_only = draft_only
        self.draft_differs = draft_differs
        self.read_other = read_other
        self._others: dict[str, Version | None] = {}
        self._starts = [version.starts_at for version in self.versions]

    def at(self, epoch: int) -> tuple[Version, bool]:
        """(the version that judges what starts at `epoch`, whether it had not begun by then).

        A version holds from its first second to the next one's, exclusive; before the first, the first judges.
        """
        index = bisect_right(self._starts, epoch) - 1
        return (self.versions[0], True) if index < 0 else (self.versions[index], False)

    def find_day(self, epoch: int) -> date:
        """The day that a time (seconds) lies on, by the timezone of the version in force; see find_midnight."""
        from zoneinfo import ZoneInfo

        index = max(bisect_right(self._starts, epoch) - 1, 0)
        day = datetime.fromtimestamp(epoch, ZoneInfo(self.versions[index].policy["timezone"])).date()
        if index + 1 == len(self.versions):
            return day
        return min(day, _read_day(self.versions[index + 1]) - timedelta(days=1))

    def find_midnight(self, day: date) -> int:
        """When a day begins, seconds: 00:00 in the timezone of the version in force on it.

        So days follow each other without a gap, whatever timezones versions have, and a time's day never goes back:
        what is left of a day in the old timezone once the next version's has begun belongs to that, what is too much
        of one to the day before.
        """
        from zoneinfo import ZoneInfo

        before = [version for version in self.versions if _read_day(version) <= day]
        zone = ZoneInfo((before[-1] if before else self.versions[0]).policy["timezone"])
        return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())

    @classmethod
    def of(cls, form: "Form | None", read_other: Callable[[str], Version | None] | None = None) -> "Rulebook":
        """The rulebook of what assemble_rules made; of None one without versions. read_other: see Rulebook."""
        if form is None:
            return cls([], {"off": {}, "working": {}, "through": 0}, "")
        versions, days, fingerprint, draft_only, differs = form
        return cls(
            [Version(*version) for version in versions],
            days,
            fingerprint,
            draft_only=draft_only,
            draft_differs=differs,
            read_other=read_other,
        )

    @property
    def counted(self) -> tuple[str, ...]:
        """What measures of any version count besides cases and clocks, in order.

        The rows of an event as `orders.paid`, the spans between two as `orders.taken..closed` (`items.name_span`).
        """
        measures = (measure for version in self.versions for measure in version.policy["measures"].values())
        return tuple(sorted({name for measure in measures if (name := _name_counted(measure))}))

    @property
    def newest(self) -> Version:
        """The last version in force order, whether or not it has begun."""
        return self.versions[-1]

    @property
    def days(self) -> tuple[dict[int, str], dict[int, str], int]:
        """(days off, make-up working days, last year known), of the newest version; ordinal -> name, own days ""."""
        return self.tables["off"], self.tables["working"], self.tables["through"]

    @property
    def yearly(self) -> tuple[int, Mapping[str, str]]:
        """(since which year, "MM-DD" -> name) of the holidays of fixed date in years not known, of the newest one."""
        since, names = self.newest.policy["calendar"]["yearly"]
        return since, names

    def awaits_payment(self, at: int) -> bool:
        """Whether an order taken at that time (seconds) closes only when it is paid; of no rules, False."""
        return bool(self.versions) and self.at(at)[0].policy["orders"]["closes_on"] == "paid"

    def find_missing_year(self, year: int, month: int) -> int | None:
        """The first year not known whose days a month (1 to 12) asks for: that of the month, from November on the next.

        None where nothing is missing.
        """
        known = self.days[2]
        return known + 1 if known < year + (month >= NOTICE_MONTH) else None

    def find(self, label: str) -> Version:
        """The version of that label, also one that another took the place of; KeyError where there is none."""
        version = self.get(label)
        if version is None:
            raise KeyError(label)
        return version

    def get(self, label: str) -> Version | None:
        """The same, None where there is none."""
        for version in self.versions:
            if version.label == label:
                return version
        if label not in self._others and self.read_other is not None:
            self._others[label] = self.read_other(label)
        return self._others.get(label)

    def find_change(self, other: "Rulebook") -> int | None:
        """From when on (seconds) other rules judge what starts than by another book; None: never. Days are apart."""
        starts = sorted({version.starts_at for version in (*self.versions, *other.versions)})
        for start in (starts[0] - 1, *starts):
            if _read_judging(self.at(start)[0]) != _read_judging(other.at(start)[0]):
                return 0 if start < starts[0] else start
        return None

    def match_labels(self, other: "Rulebook") -> dict[str, str]:
        """Label of each version of another book -> that of the version which judges the same time by this one."""
        found = {}
        for version in other.versions:
            day = version.policy["effective_from"]
            before = [each for each in self.versions if each.policy["effective_from"] <= day]
            found[version.label] = (before[-1] if before else self.versions[0]).label
        return found

    def calendar_arguments(self, version: Version, counting: str | None = None) -> dict[str, Any]:
        """What a calendar of a version is built from, as keyword arguments.

        Hours, weekdays, cut-off and counting (unless a clock has its own) are the version's; the days are the newest
        one's, and of the years that it does not know the holidays of fixed date in its country.
        """
        own = version.policy["calendar"]
        off, working, through = self.days
        since, yearly = self.yearly
        return {
            "tz": version.policy["timezone"],
            "week": own["week"],
            "make_up": own["make_up"],
            "days_off": off,
            "days_on": working,
            "published_through": through,
            "counting": counting or own["counting"],
            "cut_off": own["cut_off"],
            "yearly": yearly,
            "yearly_from": since,
            "working": own["working"],
        }


def _name_counted(measure: Mapping[str, Any]) -> str:
    between, of = measure["between"], measure["of"]
    return str(between[0] if between else of if "." in of else "")


def _read_day(version: Version) -> date:
    return date.fromisoformat(version.policy["effective_from"])


def _read_judging(version: Version) -> Mapping[str, Any]:
    """What judges of a version, whatever it is called: all but the clauses' texts."""
    return {**version.policy, "clauses": None}
