"""How text messages leave: over a provider's HTTP interface, or into files that nobody is sent."""
