"""Outside opinions about runs: what was reached, measured apart from the thinker of the run."""
