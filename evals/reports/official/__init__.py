"""The layouts of the published scripts: our pictures laid out for them, and their score files read."""
