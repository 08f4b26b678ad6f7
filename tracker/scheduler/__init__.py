"""The process that keeps time: it wakes the use cases that wait for a moment, and shows that it is alive."""
