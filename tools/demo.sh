#!/bin/sh
# The main job on the sample month in records/: what is late, whose it is, why, and what the month adds up to.
# Run by `make demo`, which sets the environment; reads records/ only.
set -eu

dispatchctl=$1

show() {
    printf '\n# %s\n$ dispatchctl' "$1"
    shift
    printf ' %s' "$@"
    printf '\n\n'
    "$dispatchctl" "$@"
}

first=$("$dispatchctl" overdue -q --limit 1)
owner=$("$dispatchctl" overdue --format tsv --fields owner --no-headers --limit 1)
charge=$("$dispatchctl" ledger due --format tsv --fields key --no-headers | head -n 1)
explained=$("$dispatchctl" list orders --search 中央空调面板 -q)

printf 'The present is taken to be %s.\n' "$DISPATCHCTL_NOW"
show "What is late, who owes it, and how far it has climbed" overdue
show "What one person has to do, the most pressing first" worklist "$owner"
show "One case: its clocks and its history" show "$first"
show "Why it is due when it is: National Day, a pause for parts, a weekend" due "$explained" --explain
show "What the regulations say follows from the month; nothing is charged until people decide" ledger due
show "Why one of them: clause, fact and arithmetic" why "$charge"
show "How people did, as their manager sees it" --as s02 appraise
show "The month" report monthly
