"""The four benchmarks without their judges: cases, what a judge's text says, and the tables."""
