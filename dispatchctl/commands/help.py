"""`help [TOPIC]`: what no single command's help can say. Layer: commands. The texts are also those of the manual."""

import click

from dispatchctl.errors import UsageFault
from dispatchctl.options import GivenText, command
from dispatchctl.output.formatters import describe_formats, list_formats
from dispatchctl.output.terminal import write_stdout

FORMATS = "\n".join(f"    {line}" for line in describe_formats())
FOR_PEOPLE = " and ".join(each.name for each in list_formats() if each.people and not each.only_file)

TOPICS = {
    "exit-codes": """\
Exit codes: what a script may go by

    0    done; what was printed is on disk
    1    a command that checks has found something (overdue --exit-code, records check, policy check, doctor)
    2    wrong usage: an option or a value that is not there, or a field that intake demands
    3    no such case, person or key of policies.yaml; no records folder
    4    refused: the case's state or a rule forbids it, and the message says which
    5    bad data in records or rules, or a link among them; the message gives file and line
    6    busy: the lock did not become free within --wait seconds, or its file was deleted meanwhile; try again
    7    the disk or the system failed; nothing was recorded
    75   recorded, or perhaps recorded, and then something failed: the result could not be printed (a full disk, a
         closed pipe), the next item of a batch could not be written, the last sync failed. stderr names what was
         recorded. Run the command again only with the same --request-id, which records nothing twice; without
         one look with `show`
    130  interrupted; stderr names what had been recorded before, if anything had
    141  whoever read the output stopped reading (as after `| head`), and nothing was recorded

An error is one line on stderr, the place first, with a second line `hint: ...` where there is advice to give.
After 6 the same command may simply be tried again, after 75 with the same --request-id. At 75 and 130 the line
ends with the ids: `; recorded: O-20261102-0001, O-20261102-0002`, of more than 20 the count, the first and the
last; `perhaps recorded: ` those of which it is not known, `recorded before: ` those of an earlier command with the
same --request-id, `not come to: ` the items of a batch that were left. In a batch 4 (5 for rows of a file) says
that at least one item was refused; the others were done.
""",
    "environment": """\
Environment: what stands in for options

    DISPATCHCTL_RECORDS    --records DIR
    DISPATCHCTL_POLICIES   --policies FILE
    DISPATCHCTL_AS         --as STAFF
    DISPATCHCTL_NOW        --now ISO
    DISPATCHCTL_AS_OF      --as-of ISO
    DISPATCHCTL_FORMAT     --format F
    DISPATCHCTL_LANG       --lang zh|en
    DISPATCHCTL_WAIT       --wait SECONDS
    NO_COLOR, FORCE_COLOR  not empty: never colour, always colour; --color outweighs both
    TERM=dumb              no colour
    XDG_CONFIG_HOME        where dispatchctl/config.yaml is (default ~/.config)
    XDG_CACHE_HOME         where what can be worked out again is kept (default ~/.cache)
    LC_ALL, LC_MESSAGES, LANG   the language, where neither --lang nor the policy says one

An option outweighs the environment, and the environment outweighs config.yaml. An empty variable counts as unset.
config.yaml holds lines of `key: text`; its keys are as, records, policies, format, lang, color and wait.
--no-config leaves it aside. Text going in and out is UTF-8 whatever the locale; of an argument, only the path of a file
may be other bytes. Where an option has to mean something, an empty value is refused.
""",
    "formats": f"""\
Formats: how results are printed (--format)

{FORMATS}

Programs read any but {FOR_PEOPLE}: their keys never change with the language, are always all there (null or
empty where there is nothing) and are only ever added to. Times are ISO 8601 with an offset, money is a decimal
string. In csv the items of a list are joined by `;`, with a backslash before a `;` or a backslash of their own.

    -q              ids only, one a line; the next command reads them from -
    --fields a,b    only these keys, in this order
    --sort [-]key   by this key; with - from the greatest down; what has no value comes last
    -o FILE.csv     where a command writes files, the ending names the format; --force overwrites

Control characters are shown as escapes such as \\x1b in tables, markdown and messages, are escaped in json, and
reach a pipe unchanged in csv and tsv.
""",
    "limits": """\
Limits: how time is spelled and counted

    30m 4h      elapsed minutes and hours, day and night
    30bm 8bh    minutes and hours of business, inside the calendar's hours
    3d 2w       calendar days and weeks
    3wd         working days

None of them is ever converted into another; months and years do not exist as limits. How d, w and wd are counted is
the calendar's `counting`:

    civil-code  the day of the start does not count; the period ends at the close of its last day, and a last day that
                is no working day (a public holiday, a day of rest) moves to the next working day
    elapsed     the same time of day so many days later; a start on a day off, or after the cut-off, moves to the next
                working day first

A time (--at, --appointment, --until of an extension) is ISO 8601 or HH:MM, now, today, yesterday, tomorrow,
last-month, or a distance such as -3d, -2h or +30m. What else can be read as a time is read, and said on stderr.
Without an offset, the policy's time zone is meant. A bare date, today or tomorrow is the end of that day's business
where something is due by it (--until of an extension, --due of a measure), else its 00:00. A day (--date, --since and
--until of lists) is YYYY-MM-DD, today, yesterday, tomorrow or a distance in days or weeks, a month (--month) is
YYYY-MM, this or last. --now and --as-of take ISO 8601 and now only.
""",
    "files": """\
Files: where everything is

    policies.yaml                   the rules as they are being edited
    records/REGISTER/MONTH.WRITER.csv   one row for each event; rows are only ever added. A month that could not be
                                    gone on with continues in MONTH.WRITER.2.csv
    records/policies/               the rules as published, one file for each date they take effect
    records/private/                customers' names, phones and addresses, and what --attach kept; never in git
    records/.writer                 the name under which this copy of the folder writes
    records/.lock                   held while a command writes; never delete it
    records/.demo                   made by init --demo: --now sets the time of what is recorded
    ~/.config/dispatchctl/config.yaml   your own defaults
    ~/.cache/dispatchctl/           an index and the compiled rules, made again whenever they are missing; delete it at
                                    any time. The index also remembers how many rows were read, which a new one cannot
                                    know

What is kept in the last one is taken only while it is your own folder and nobody else may write there; links are not
followed. Else, and where there is no home (cron), all is worked out in memory: slower, with the same answers. What
dispatchctl doctor calls cache says which it is. It is below XDG_CACHE_HOME, where that names a whole path.

A record file that was cut, restored from a backup or saved by another program is named by every command; take it
back from a backup or from git, or declare it meant as it is: dispatchctl records adopt FILE --reason TEXT.

The records folder is --records, else ./records, else that of the nearest folder above. policies.yaml stands beside
it. The folder itself may be a link; of what stands in it nothing is read or written through one. The first two are
plain text: read them with any tool, but add to them with dispatchctl only.
""",
}


@command("help")
@click.argument("topic", required=False, type=GivenText("topic"))
def help_topic(topic: str | None) -> None:
    """Explain a topic: exit-codes, environment, formats, limits or files. Without one, list them.

    Example: dispatchctl help exit-codes
    """
    if topic is None:
        lines = [text.split("\n", 1)[0].partition(": ") for text in TOPICS.values()]
        listed = "".join(f"    {name:<12} {about}\n" for name, (_, _, about) in zip(TOPICS, lines, strict=True))
        write_stdout(f"Topics of `dispatchctl help TOPIC`:\n\n{listed}\nCommands: dispatchctl --help\n")
        return
    if topic not in TOPICS:
        from difflib import get_close_matches

        near = get_close_matches(topic, TOPICS, 1)
        hint = f"did you mean {near[0]}?" if near else f"of a command: dispatchctl {topic[:40]} --help"
        raise UsageFault(f"no such topic (there are: {', '.join(TOPICS)})", place=topic[:60], hint=hint)
    write_stdout(TOPICS[topic])
