"""From scored cases to tables, suite by suite: the suite's own numbers, each with its interval."""
