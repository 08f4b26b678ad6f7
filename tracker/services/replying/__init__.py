"""What patients answer to messages, by a link or by a text, and what follows from it."""
