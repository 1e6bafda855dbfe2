"""What is known of a case, how is it found, how is it put right? Desk."""
