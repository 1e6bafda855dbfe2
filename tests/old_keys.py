"""Entries as releases wrote them whose keys named the row, or the start of the clock, that the entry rests on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from dispatchctl.desk.ledger import proposals
from dispatchctl.rules.charges import make_key


@contextmanager
def key_by_row() -> Iterator[None]:
    """What is proposed meanwhile is recorded under such a key."""
    keep = proposals._keep_item

    def keep_by_row(item: dict[str, Any]) -> dict[str, Any]:
        return keep({**item, "key": make_key(item["rule"], item["evidence"], item["staff"])})

    with mock.patch.object(proposals, "_keep_item", keep_by_row):
        yield
