"""Scoring: pictures become judgements in the store, each call paid once, read by profile."""
