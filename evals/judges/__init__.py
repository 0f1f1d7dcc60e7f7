"""Judges: the words of each suite's protocol, and the models that they are put to."""
