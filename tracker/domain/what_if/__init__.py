"""What would change if: a year of the clinic, simulated over the pathway file with one rule changed and without."""
