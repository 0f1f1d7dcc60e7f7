"""KRIS-Bench: twenty categories of knowledge-based edits, four metrics from 1 to 5."""
