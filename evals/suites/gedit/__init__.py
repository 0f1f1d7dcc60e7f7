"""GEdit-Bench: eleven groups of edits in English and Chinese, semantics and quality from 0 to 10."""
