"""Conditions in SQL that overdue, worklist, urging and others share. Store.

On the daily path. A condition that is also put to rows at hand stands here in Python too.
"""

RUNNING = "state = 'running'"  # of a clock
HERE = "state NOT IN ('left', 'void')"  # of the staff: who works here
#: what a change from a time on may judge otherwise; two ?: that time, seconds
CHANGEABLE = f"{RUNNING} OR stopped_at >= ? OR due_at >= ?"
MARKED_ALONE = "alone IS NOT NULL"  # of a case: some row of it was recorded by somebody since nobody else was there
#: of the assignments: what somebody still has to work on
AT_WORK = "{0}final = 0 AND {0}state <> 'completed'"


def is_paused(now: int, due: int | None, paused_from: int | None, paused_until: int | None) -> bool:
    """Whether a running instance stands still now: in a pause that still counts, and not late when it began."""
    if paused_from is None or now < paused_from or (paused_until is not None and now >= paused_until):
        return False
    return due is None or due > paused_from


def write_happened(stopped: str, due: str, table: str = "") -> str:
    """SQL: it stopped, or it is late and does not stand still (is_paused); three ?, each the present in seconds.

    stopped: SQL that says so. due: the column of its due time. table: what stands before the columns, as `i.`.
    """
    return (
        f"({stopped} OR ({due} < ? AND NOT ({table}paused_from IS NOT NULL AND {table}paused_from <= ?"
        f" AND ({table}paused_until IS NULL OR {table}paused_until > ?) AND {due} > {table}paused_from)))"
    )
