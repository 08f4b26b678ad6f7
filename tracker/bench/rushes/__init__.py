"""A rush of reminders, dispatchers that are killed in the middle of it, and what became of every single one."""
