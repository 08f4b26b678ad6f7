"""Everything that touches the outside: clock, random source, mail, files. Implements the ports of ``services``."""
