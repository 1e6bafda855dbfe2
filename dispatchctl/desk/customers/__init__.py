"""What do customers complain of and answer, and what is owed to them? Desk."""
