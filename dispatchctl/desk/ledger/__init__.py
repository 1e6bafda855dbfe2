"""What does a month charge and reward, and what did people decide about it? Desk."""
