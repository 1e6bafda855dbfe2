"""What one does: the use cases. Each reads the state, asks the rules, and appends an event.

A folder is a room with a question of its own, its modules the parts of the answer. What rooms share stands on the
ground floor, in this folder itself, and imports no room; rooms do not import each other in circles.
"""
