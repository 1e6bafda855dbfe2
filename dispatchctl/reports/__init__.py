"""What it adds up to: measures, and the documents made of them. Reads the index, writes nothing."""
