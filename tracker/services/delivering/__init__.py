"""How one reminder is taken, sent and accounted for."""
