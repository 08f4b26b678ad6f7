"""Who is told that something is still open, until a person has it."""
