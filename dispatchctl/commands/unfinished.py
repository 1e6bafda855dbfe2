"""What is said of a command that recorded something and could not end as it should. Layer: commands.

Printing, the index, the memory or the next item of a batch may fail after rows have been appended. Whoever runs the
command must then be told what stands, lest it be recorded twice: exit 75, whatever it was that failed.
"""

from dispatchctl.commands.results import tell_refusals
from dispatchctl.output.terminal import tell
from dispatchctl.recorded import Names, Recorded

AGAIN = "run the same command again (with the same --request-id, if it had one): nothing is recorded twice"
NOT_AGAIN = "run again without a --request-id it might record that twice; look with: dispatchctl show"
REST_ONLY = "run it again for what it did not come to only: without a --request-id the others might be recorded twice"


def describe_recorded(recorded: Recorded) -> str:
    """What stands, what is in doubt, what a batch did not come to: `recorded: A-20261102-0001; not come to: ...`."""
    rest = Names()
    rest.add(recorded.rest)
    doubtful = Names()
    doubtful.add(recorded.doubtful)
    told = (
        ("recorded", recorded.names),
        ("perhaps recorded", doubtful),
        ("recorded before", recorded.before),
        ("not come to", rest),
    )
    return "; ".join(f"{word}: {names}" for word, names in told if names.count)


def advise(recorded: Recorded) -> str:
    """How to go on."""
    if recorded.repeatable:
        return AGAIN
    if recorded.rest:
        return REST_ONLY
    return f"{NOT_AGAIN} {recorded.names.last or recorded.doubtful[0]}"


def tell_unfinished(lines: list[str], own_hint: str, recorded: Recorded) -> None:
    """Say on stderr what was refused before, what went wrong (`lines`), what was recorded all the same, and what to do.

    own_hint: of an error that knows better than the rule; "" for none.
    """
    tell_refusals(recorded.refused)
    lines = [*lines[:-1], f"{lines[-1]}; {describe_recorded(recorded)}"]
    tell("\n".join([*lines, f"hint: {own_hint or advise(recorded)}"]))
