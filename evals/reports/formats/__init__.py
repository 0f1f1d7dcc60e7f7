"""One report in every format: a terminal, JSON, CSV, Markdown and a page of its own."""
