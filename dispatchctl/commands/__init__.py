"""The table of commands: where each one is and its line of help. Layer: cli -> commands -> desk, reports, output.

`--help` and the shell's completion read this table only, so that they import no command. A command's module is
imported when the command runs. To add one, add its line here; the order is that of the help.
"""

Lines = dict[str, tuple[str, str]]  # name -> ("module:attribute", help), the module counted from this package

SECTIONS: dict[str, Lines] = {
    "Taking and dispatching": {
        "init": ("setup:init", "Make a folder of records, with rules and a first person."),
        "new-order": ("orders:new_order", "Take a request, an inquiry, a suggestion or a report."),
        "triage": ("orders:triage", "Decide: dispatch, answer, or refer to a department."),
        "suggest": ("assignments:suggest_command", "Rank who could be sent to an order, and why."),
        "assign": ("assignments:assign_command", "Send somebody to an order, or the best candidate."),
        "claim": ("assignments:claim_command", "Take an order from the pool for yourself."),
        "reassign": ("assignments:reassign_command", "Give an assignment to somebody else."),
        "withdraw": ("assignments:withdraw", "Take an assignment back."),
        "decline": ("assignments:decline", "Decline an assignment, with a reason."),
    },
    "Working": {
        "ack": ("assignments:ack", "Say that an assignment was seen."),
        "start": ("assignments:start", "Say that work has begun."),
        "progress": ("assignments:progress", "Report how the work goes."),
        "problem": ("assignments:problem", "Report a difficulty."),
        "pause": ("assignments:pause", "Stop the clocks for a reason that the rules list."),
        "resume": ("assignments:resume", "Go on after a pause."),
        "ask-extension": ("assignments:ask_extension", "Ask for more time, before the due time."),
        "grant-extension": ("assignments:grant_extension", "Grant more time."),
        "refuse-extension": ("assignments:refuse_extension", "Refuse the time asked for."),
        "complete": ("assignments:complete", "Say that the work is done (also: done)."),
        "confirm": ("assignments:confirm", "Confirm that the work is done."),
        "rework": ("assignments:rework", "Send completed work back."),
        "worklist": ("chasing:worklist", "List a person's open work by due time."),
    },
    "Ending and correcting": {
        "close": ("orders:close", "Close an order with its answer."),
        "cancel": ("orders:cancel", "Cancel an order."),
        "reopen": ("orders:reopen", "Reopen a closed or cancelled order."),
        "reprice": ("orders:reprice", "Change the price agreed."),
        "bill": ("orders:bill", "Record that the payment notice was delivered."),
        "paid": ("orders:paid", "Record a payment."),
        "amend": ("cases:amend_command", "Correct fields; the old values stay in the history."),
        "retract": ("cases:retract_command", "Take back a recorded row."),
        "undo": ("cases:undo_command", "Take back your own last event."),
    },
    "Chasing and looking": {
        "overdue": ("chasing:overdue", "List what is late, or soon will be."),
        "urge": ("chasing:urge_command", "Urge what is late, once at each level."),
        "due": ("chasing:due", "Tell when clocks are due, and why."),
        "show": ("cases:show", "Show a case: fields, history, clocks."),
        "list": ("cases:list_command", "List the cases of a register."),
        "status": ("chasing:status", "One line: how much is late, soon, unassigned."),
        "report": ("reports:report", "Add up a month, every figure open to its cases."),
    },
    "About the program": {
        "doctor": ("setup:doctor", "Say where everything is, and whether something is wrong."),
        "completion": ("completion:completion", "Print the script that teaches a shell to complete."),
        "help": ("help:help_topic", "Explain exit codes, environment, formats, limits or files."),
    },
}

# A group stands in the help of the program by its own line; its verbs are found by `dispatchctl GROUP --help`.
GROUPS: dict[str, tuple[str, Lines]] = {
    "staff": (
        "People: joining, changing, leaving.",
        {
            "join": ("staff:join", "Enter somebody who joins."),
            "change": ("staff:change", "Change what is recorded of a person."),
            "leave": ("staff:leave", "Record that somebody leaves."),
            "promote": ("staff:promote", "Promote somebody."),
            "transfer": ("staff:transfer", "Transfer somebody."),
            "demote": ("staff:demote", "Demote somebody."),
            "extend-probation": ("staff:extend_probation", "Extend a probation."),
            "ask-regularisation": ("staff:ask_regularisation", "Record an application to become regular."),
            "comment": ("staff:comment", "Record the superior's comment on it."),
            "regularise": ("staff:regularise", "Make somebody regular."),
        },
    ),
    "policy": (
        "Rules: check, show, publish.",
        {
            "check": ("policy:check", "Check the draft and list every fault."),
            "show": ("policy:show", "Show the rules in force, with their defaults."),
            "publish": ("policy:publish", "Put the draft in force from its day."),
            "versions": ("policy:versions", "List the published versions."),
            "schema": ("policy:schema", "Print the JSON Schema of policies.yaml."),
        },
    ),
    "records": (
        "Record files: check, import, rebuild.",
        {
            "check": ("records:check", "Check rows, chain and references of all files."),
            "import": ("importing:import_command", "Read history from a file by a map."),
            "rebuild": ("records:rebuild", "Make the index anew."),
            "writer": ("records:writer", "Name the writer of this clone."),
        },
    ),
}

COMMANDS: Lines = {name: line for lines in SECTIONS.values() for name, line in lines.items()}

ALIASES = {"done": "complete"}
