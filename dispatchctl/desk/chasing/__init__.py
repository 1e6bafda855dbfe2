"""What is late or soon due, whose turn is it, who is urged? Desk."""
