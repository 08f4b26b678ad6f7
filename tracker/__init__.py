"""The two-stage implant tracker. This package root stays empty so that the domain imports nothing but itself."""
