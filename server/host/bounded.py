"""The agent for one run: that of the host, within the bounds that the run was asked with."""

from dataclasses import replace
from typing import Any

from ...agent import EditAgent, Ledger, Settings
from ...agent.wiring import rules
from ...memory import Run, Turn

_RULES = ("rules", "base", "turns", "semantic", "quality")


def bounded(agent: EditAgent, run: Run) -> EditAgent:
    """Return the agent that keeps to what a run has on record, whoever goes on with it."""
    own = agent.settings
    differ = {n: v for n, v in run.settings.items() if n in _BOUNDS and v != own.get(n)}
    if not differ:
        return agent

    kit = agent.kit
    if any(name in differ for name in _RULES):
        values = {name: run.settings[name] for name in _RULES if name in run.settings}
        kit = replace(kit, rules=rules(Settings(**values)))
    if differ.get("cost") is not None:
        kit = replace(kit, ledger=_ledger(kit.ledger, differ, run))
    return replace(agent, kit=kit, seconds=differ.get("seconds", agent.seconds))


def best_of(agent: EditAgent, run: Run) -> Turn | None:
    """The turn that is the answer, or would be if the run ended now."""
    return run.best if run.stop else bounded(agent, run).kit.rules.select.pick(run)


_BOUNDS = frozenset((*_RULES, "cost", "seconds"))


def _ledger(whole: Ledger, differ: dict[str, Any], run: Run) -> Ledger:
    """A purse of the run's own within that of the host, less what earlier attempts spent."""
    purse = Ledger(cost=float(differ["cost"]), within=whole)
    purse.spent_cost = run.usage.cost
    return purse
