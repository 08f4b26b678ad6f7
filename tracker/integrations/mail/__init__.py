"""How messages leave: over SMTP, or into files that nobody is sent."""
