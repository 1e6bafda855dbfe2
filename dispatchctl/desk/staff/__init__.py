"""Who works here in which post, was there, learned what, and how do they score? Desk."""
