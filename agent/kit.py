"""Everything that a run is made with."""

from dataclasses import dataclass, field

from anyio import CapacityLimiter

from ..memory.images import LocalImages
from ..memory.store import Store
from ..policies import Rewriter, Rules, Thinker, standard
from ..tools import Editor
from .ledger import Ledger
from .retry import Retry
from .telemetry import Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The parts that all runs of an agent share."""

    editor: Editor
    thinker: Thinker
    store: Store
    images: LocalImages
    rewriter: Rewriter | None = None
    """Who words the instruction of turn 1; nobody: it is the user's."""

    rules: Rules = field(default_factory=standard)
    retry: Retry = field(default_factory=Retry)
    ledger: Ledger = field(default_factory=Ledger)
    telemetry: Telemetry = field(default_factory=Telemetry)
    editing: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(4))
    """How many edits run at once; it also bounds the pictures in memory."""

    thinking: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(8))
    """How many critiques run at once."""
