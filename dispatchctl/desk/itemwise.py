"""Each of several items a command of its own: what is done stays done, what is refused is told. Desk.

The lock is held for some of them at a time, and the disk is waited for once in that time; each is decided on by what
stands after the one before it.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial

from dispatchctl import sizes
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step, lint_privacy
from dispatchctl.desk.names import resolve_case
from dispatchctl.desk.recording import (
    Done,
    Refusal,
    append_drafts,
    find_lone,
    find_replay,
    hold,
    keep_attached,
    name_attached,
    name_item,
    note_alone,
    plan_group,
    read_moment,
)
from dispatchctl.errors import Moved, NotFound, OutcomeUnknown, Refused, UsageFault
from dispatchctl.registers.row import Row
from dispatchctl.store.folder import require_writer
from dispatchctl.store.journal import sync_rows
from dispatchctl.typed import Writing


def record_each(
    books: Books,
    register: str,
    actor: str,
    items: Sequence[str],
    decide: Callable[[str, Instant], Sequence[Step]],
    writing: Writing,
    events: Sequence[str],
    name_key: Callable[[str], str] | None = None,
    *,
    guarded: bool = False,
) -> tuple[list[tuple[str, Done]], list[Refusal]]:
    """Each item a command of its own, in order: what is done stays done, what is refused is told.

    The key of an item is `K/ITEM`; without a key K what `name_key` answers, asked under the lock. The lock is let go
    every sizes.ITEMS_LOCKED items. `decide` is asked again about an item where the index was found damaged meanwhile,
    and answers as if it had not been asked. guarded: an item that was done is passed over by the same command, or
    refused.
    """
    lint_privacy(books, {"--note": writing.note})
    attached = name_attached(books, writing) if items else ""
    batch = _Batch(books, register, actor, decide, writing, events, attached, name_key, guarded)
    try:
        for start in range(0, len(items), sizes.ITEMS_LOCKED):
            batch.take_items(items[start : start + sizes.ITEMS_LOCKED])
    except Moved:  # it begins anew
        raise
    except BaseException as error:
        books.ws.recorded.leave(items[batch.come :], batch.refused)
        if not isinstance(error, OutcomeUnknown):  # else it is the sync that failed
            batch.sync()
        raise
    return batch.done, batch.refused


class _Batch:
    """A batch under way: how its items are recorded, and what came of them so far."""

    def __init__(
        self,
        books: Books,
        register: str,
        actor: str,
        decide: Callable[[str, Instant], Sequence[Step]],
        writing: Writing,
        events: Sequence[str],
        attached: str,
        name_key: Callable[[str], str] | None,
        guarded: bool,
    ) -> None:
        self.books, self.register, self.actor, self.decide = books, register, actor, decide
        self.writing, self.events, self.attached, self.name_key = writing, events, attached, name_key
        self.guarded = guarded
        self.writer = require_writer(books.folder)
        self.done: list[tuple[str, Done]] = []
        self.refused: list[Refusal] = []
        self.come = 0  # items that are done with
        self._fresh: list[Row] = []  # not synced yet
        self._keys: dict[str, str] = {}  # by item, since who names them may count

    def take_items(self, items: Sequence[str]) -> None:
        """Some of the items, under one lock; where they are only tried, without."""
        with nullcontext() if self.writing.dry_run else hold(self.books):
            self.books.refuse_short(self.register)
            for item in items:
                unsynced, come = len(self._fresh), self.come
                try:
                    self.books.ask_again(partial(self._take, item))
                except (Refused, NotFound, UsageFault) as error:
                    self.refused.append(Refusal(item, error))
                    self.come = come + 1
                    continue
                self.come = come + 1
                if len(self._fresh) > unsynced:
                    self.books.catch_up(hold=True)
            self.sync()
            self.books.index.commit()

    def sync(self) -> None:
        """Have the disk hold what was written."""
        for file in dict.fromkeys(row.file for row in self._fresh):
            sync_rows(self.books.folder, self.register, file)
        self._fresh.clear()

    def _take(self, item: str) -> None:
        books, writing = self.books, self.writing
        if item not in self._keys:
            self._keys[item] = self._name_key(item)
        key = self._keys[item]
        replay = self._find_replay(item, key)
        if replay is not None:
            self.done.append((item, replay))
            return
        moment = read_moment(books, writing.at)
        own = writing._replace(request_id=key)
        ahead = len(self.done) if writing.dry_run else 0
        books.unwritten.clear()
        steps = self.decide(item, moment)
        drafts, one = plan_group(books, self.register, self.actor, steps, moment, own, self.attached, ahead)
        if not drafts:
            return
        if not writing.dry_run:
            if not self._fresh:
                keep_attached(books, writing, self.attached)
            rows = append_drafts(books, self.register, self.writer, drafts, moment, sync=False, guarded=self.guarded)
            self.come += 1  # whatever comes now
            one = one._replace(rows=rows)
            self._fresh.extend(rows)
            note_alone(books, self.register, self.writer, drafts, moment)
        self.done.append((item, one))

    def _name_key(self, item: str) -> str:
        if self.writing.request_id:
            return f"{self.writing.request_id}/{name_item(item)}"
        return self.name_key(item) if self.name_key is not None else ""

    def _find_replay(self, item: str, key: str) -> Done | None:
        own = find_replay(self.books, key, self.register, self.events)
        return own or find_lone(self.books, self.writing.request_id, self.register, self.events, item)


def resolve_items(books: Books, ids: Sequence[str], first: Sequence[str]) -> tuple[list[str], list[Refusal]]:
    """The cases of these registers that a batch names, each once, and what could not be told.

    By their full ids, so that a retry has the same keys.
    """
    cases: list[str] = []
    refused: list[Refusal] = []
    for item in ids:
        try:
            cases.append(resolve_case(books, item, first, only=True))
        except (NotFound, Refused, UsageFault) as error:
            refused.append(Refusal(item, error))
    return list(dict.fromkeys(cases)), refused
