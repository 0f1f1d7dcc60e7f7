"""The `expert` thinker: any model that pydantic-ai can reach, with a stop flag in place of scores.

    Expert("openai:gpt-5.2")        Expert("anthropic:claude-sonnet-4-5", scores=True)

The paper's comparison thinkers (appendix C) and the official script's default mode
(editthinker-spec 1.4 and 3). Loads pydantic_ai, so it is asked for by name.
"""

from .thinker import Expert

__all__ = ["Expert"]
