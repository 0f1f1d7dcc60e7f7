"""Editors behind HTTP, one file per protocol."""
