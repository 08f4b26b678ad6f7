"""The pathway engine: a pathway is data, a requirement is a value, an offer is the complete answer."""
