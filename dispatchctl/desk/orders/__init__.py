"""How does a request become somebody's work, and how does that go? Desk."""
