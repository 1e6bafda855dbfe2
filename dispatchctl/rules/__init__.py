"""Layer rules: what follows from facts, rules and a given time; pure functions that open nothing."""
