"""Writes: one module per area of use cases. They flush and never commit; the caller's transaction decides."""
