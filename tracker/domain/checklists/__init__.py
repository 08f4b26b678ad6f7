"""Checklists: what an item asks, how a value is read, which answers stand on the day, and what speaks against them."""
