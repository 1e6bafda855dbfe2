"""What one does: the use cases. Each reads the state, asks the rules, and appends an event."""
