"""Editors behind HTTP: one service for any editor, and what starts it and its neighbours."""
