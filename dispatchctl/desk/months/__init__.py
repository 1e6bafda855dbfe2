"""When was a month closed, and what came after that? Desk."""
