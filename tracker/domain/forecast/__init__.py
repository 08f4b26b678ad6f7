"""What is coming: procedures per week, from the patients who are there and the referrals to be expected.

docs/forecast.md says how, and how often it was right.
"""
