"""Are the records whole, whose are they, what is sealed? Desk."""
