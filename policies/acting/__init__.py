"""A thinker as a pydantic-ai model whose next action is a tool call: same agent, other policy.

    policy = EditPolicy(Measured(), images)
    agent = Agent(policy, toolsets=[anything with an edit_image tool])

Loads pydantic_ai, so it is asked for by name.
"""

from .policy import EditPolicy

__all__ = ["EditPolicy"]
