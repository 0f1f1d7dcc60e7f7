"""`--dry-run`: what would be done, without doing any of it."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..agent import Choices, Settings
from ..agent.opening import planned_editor, planned_thinker
from ..agent.rewriters import ASKED, planned_rewriter
from .files import Target

if TYPE_CHECKING:
    from .editing import Order
    from .screen import Screen


def show(order: "Order", choices: Choices, screen: "Screen", targets: Sequence[Target]) -> int:
    """Print what an order comes to.

    Raises:
        SettingsError: an editor, thinker or rewriter of that name does not exist.
        UnsupportedInstruction: the built-in editor cannot carry out a clause.
    """
    settings = choices.settings
    backends = settings.backends
    editor, cost = planned_editor(settings.editor, backends, cost=settings.edit_cost)
    thinker = planned_thinker(settings.thinker, backends)
    rewriter = planned_rewriter(settings.first, backends)
    plan: dict[str, Any] = {
        "instruction": order.instruction,
        "editor": editor,
        "thinker": thinker,
        "first": rewriter.name if rewriter else settings.first,
        "cost_per_edit": cost,
        "outputs": [str(target.path or "-") for target in targets],
        "clauses": _clauses(order.instruction) if editor == "retouch" else None,
        "settings": choices.snapshot(),
    }
    if order.json:
        print(json.dumps(plan, ensure_ascii=False))
        return 0

    _print(plan, choices, screen)
    return 0


def _clauses(instruction: str) -> list[dict[str, Any]]:
    from ..tools.retouch.english import read_clauses

    return [
        {
            "text": clause.text,
            "operations": [
                operation.model_dump(mode="json", exclude_none=True)
                for operation in clause.operations
            ],
        }
        for clause in read_clauses(instruction)
    ]


def _print(plan: dict[str, Any], choices: Choices, screen: "Screen") -> None:
    settings = choices.settings
    print(f"asked     {plan['instruction']}")
    for clause in plan["clauses"] or ():
        print(f"clause    {clause['text']}")
        for operation in clause["operations"]:
            print(f"            {json.dumps(operation)}")
    print(f"engines   editor {plan['editor']}, thinker {plan['thinker']}")
    if plan["first"] != ASKED:
        print(f"first     worded by {plan['first']}")
    print(f"until     {_until(settings)}")
    if plan["cost_per_edit"]:
        print(f"cost      at most ${plan['cost_per_edit'] * settings.turns:.2f} a picture")
    for output in plan["outputs"]:
        print(f"out       {output}")
    chosen = {name: where for name, where in choices.origins.items() if where != "default"}
    for name, where in chosen.items():
        print(f"setting   {name} from {where}")
    screen.say("dry run", "nothing was done")


def _until(settings: Settings) -> str:
    if settings.rules == "exhaustive":
        return f"{settings.turns} turns are made"

    semantic, quality = settings.semantic, settings.quality
    return f"semantic {semantic:g} and quality {quality:g}, or {settings.turns} turns"
