"""What comes in and goes out: rows of other systems' files, and the maps that turn them into ours."""
