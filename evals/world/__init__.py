"""A SIMULATION of editing: scenes whose truth is known, a fallible editor, a fallible thinker.

No picture is made and no model is asked. The rules that play in it are the real ones of
`policies`, on real records. What it was fitted to, and what it cannot tell, is in docs/world.md.
"""
