"""What editloop costs, as ratios against bare loops in the same run: `python -m benchmarks`.

These are no timed tests: nothing fails when a machine is slow.
"""
