"""Ranked passages → the sentences that answer, and how likely they do."""
