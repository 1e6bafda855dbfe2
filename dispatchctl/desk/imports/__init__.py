"""How does a history kept elsewhere get into the records? Desk."""
