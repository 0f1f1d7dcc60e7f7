"""How a suite reads and counts: as its published scripts do, or as they should have."""

from typing import Literal

Profile = Literal["official", "corrected"]
"""`official` repeats the published scripts, their defects included, number for number.
`corrected` never guesses: what a judge did not say is unscored, and unscored is not zero."""

Lineage = Literal["upstream", "bagel"]
"""Which published scripts `official` repeats where two exist: those of the benchmark's authors, or
the copies that BAGEL's and EditThinker's numbers come from. The `corrected` profile ignores it."""
