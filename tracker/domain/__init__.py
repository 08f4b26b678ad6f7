"""Pure rules of the pathway: standard library only, no clock, no input or output."""
