"""What the judges said, as tables and pages: made from the record alone, nothing is judged again."""
