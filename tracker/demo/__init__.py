"""A living demonstration clinic, made by driving the real use cases with a simulated clock and a seed.

Nothing here writes to the database itself; an import contract holds that.
"""
