"""Producing: cases x systems x seeds become runs in the store, each edit paid once."""
