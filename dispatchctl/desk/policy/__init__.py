"""Which rules are drafted, published, known, and what would others change? Desk."""
