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
        "withdraw": ("tracking:withdraw", "Take an assignment back."),
        "decline": ("tracking:decline", "Decline an assignment, with a reason."),
    },
    "Working": {
        "ack": ("tracking:ack", "Say that an assignment was seen."),
        "start": ("tracking:start", "Say that work has begun."),
        "progress": ("tracking:progress", "Report how the work goes."),
        "problem": ("tracking:problem", "Report a difficulty."),
        "pause": ("tracking:pause", "Stop the clocks for a reason that the rules list."),
        "resume": ("tracking:resume", "Go on after a pause."),
        "ask-extension": ("tracking:ask_extension", "Ask for more time, before the due time."),
        "grant-extension": ("tracking:grant_extension", "Grant more time."),
        "refuse-extension": ("tracking:refuse_extension", "Refuse the time asked for."),
        "complete": ("tracking:complete", "Say that the work is done (also: done)."),
        "confirm": ("tracking:confirm", "Confirm that the work is done."),
        "rework": ("tracking:rework", "Send completed work back."),
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
        "status": ("chasing:status", "One line: how much is late, soon, not yet judged or dispatched."),
        "appraise": ("appraisal:appraise", "Score people for a month: grade, bonus, pay."),
        "report": ("reports:report", "Add up a period, every figure open to its cases."),
        "why": ("why:why", "Open a verdict downward, to clauses, facts and cases."),
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
            "score": ("staff:score", "Give somebody a mark for a measure and a month."),
        },
    ),
    "follow-up": (
        "What customers say afterwards: ask, answer, sign, list.",
        {
            "new": ("followups:new", "Ask a customer how it went, with what came of it."),
            "answer": ("followups:answer_command", "Record the answer to what was asked."),
            "sign": ("followups:sign_command", "Record that the customer signed it."),
            "list": ("followups:list_command", "List who is still to be asked, or a case's follow-ups."),
        },
    ),
    "survey": (
        "Satisfaction surveys, from opinions to their effect.",
        {
            "open": ("surveys:open_command", "Begin a survey of a department's work."),
            "opinion": ("surveys:opinion", "Record what a customer said."),
            "sum-up": ("surveys:sum_up", "Record that the opinions were summed up."),
            "hand-over": ("surveys:hand_over", "Record the hand-over to the department."),
            "return-measures": ("surveys:return_measures", "Record the measures that came back."),
            "put-right": ("surveys:put_right_command", "Record that opinions were put right."),
            "check": ("surveys:check", "Record that the effect was checked."),
            "close": ("surveys:close_command", "End a survey, if nothing is owed."),
        },
    ),
    "attendance": (
        "Exceptions of attendance: late, absent, left early.",
        {
            "late": ("attendance:late", "Record that somebody was late."),
            "absent": ("attendance:absent", "Record that somebody was absent without leave."),
            "left-early": ("attendance:left_early", "Record that somebody left early."),
        },
    ),
    "training": (
        "Courses and examinations: who came, who passed.",
        {
            "plan": ("training:plan", "Plan a course."),
            "attended": ("training:attended", "Record who attended a course."),
            "late": ("training:late", "Record who came late to it."),
            "missed": ("training:missed", "Record who missed it without leave."),
            "examined": ("training:examined", "Record a score in an examination."),
        },
    ),
    "complaint": (
        "Complaints: from who received one to its closing.",
        {
            "new": ("complaints:new", "Register a complaint; prints how serious it is."),
            "pass-on": ("complaints:pass_on", "Pass it on to another receiver."),
            "classify": ("complaints:classify", "Decide whether it is ordinary or serious."),
            "rule": ("complaints:rule", "Rule it valid or invalid."),
            "explain": ("complaints:explain", "Record that it was explained to the complainant."),
            "investigate": ("complaints:investigate", "Record an investigation."),
            "analyse": ("complaints:analyse", "Record its cause and who is responsible."),
            "confirm": ("complaints:confirm", "Record that the person responsible confirms."),
            "measure": ("complaints:measure", "Plan a corrective measure."),
            "finish": ("complaints:finish", "Record that a measure was carried out."),
            "check-measure": ("complaints:check_measure", "Record whether a measure has worked."),
            "refer": ("complaints:refer", "Refer it to others outside."),
            "inform": ("complaints:inform", "Record that the complainant knows the outcome."),
            "review": ("complaints:review", "Record the management review."),
            "escalate": ("complaints:escalate", "Report it upward."),
            "resolve": ("complaints:resolve", "Record its result."),
            "close": ("complaints:close", "Close it, once nothing is owed."),
            "reopen": ("complaints:reopen", "Take it up again."),
        },
    ),
    "ledger": (
        "Charges and rewards: due, proposed, decided, paid.",
        {
            "due": ("ledger:due", "List what follows from the facts of a month."),
            "propose": ("ledger:propose", "Propose what is due, or what somebody noticed."),
            "approve": ("ledger:approve", "Approve an entry, with its amount where that is open."),
            "waive": ("ledger:waive", "Waive an entry."),
            "reverse": ("ledger:reverse", "Reverse an entry that was approved or paid."),
            "paid": ("ledger:paid", "Record that an amount was paid."),
            "fulfilled": ("ledger:fulfilled", "Record that what was asked besides money was done."),
            "spend": ("ledger:spend", "Record what was spent of the fund."),
            "fund": ("ledger:fund", "Show the fund's balance and history."),
            "list": ("ledger:list_command", "List the entries of the ledger."),
        },
    ),
    "policy": (
        "Rules: check, show, compare, publish, try out.",
        {
            "check": ("policy:check", "Check the draft and list every fault."),
            "show": ("policy:show", "Show the rules in force, with their defaults."),
            "publish": ("policy:publish", "Put the draft in force from its day."),
            "versions": ("policy:versions", "List the published versions and who knows them."),
            "diff": ("policy:diff", "Show what one version changes about another."),
            "acknowledge": ("policy:acknowledge", "Say that you know the rules, or what you object to."),
            "review": ("policy:review", "Record a review of the rules, or a proposal."),
            "what-if": ("whatif:what_if", "Judge a month by other rules, beside what it was."),
            "schema": ("policy:schema", "Print the JSON Schema of policies.yaml."),
        },
    ),
    "records": (
        "Record files: check, seal, import, rebuild.",
        {
            "check": ("records:check", "Check rows, chain and references of all files."),
            "import": ("importing:import_command", "Read history from a file by a map."),
            "adopt": ("records:adopt", "Declare a file meant as it is: edited by hand, or shorter than it was."),
            "rebuild": ("records:rebuild", "Make the index anew."),
            "writer": ("records:writer", "Name the writer of this clone."),
            "seal": ("records:seal", "Seal a month that is over."),
            "verify": ("records:verify", "Compare sealed months with their seals."),
        },
    ),
}

COMMANDS: Lines = {name: line for lines in SECTIONS.values() for name, line in lines.items()}

ALIASES = {"done": "complete"}
