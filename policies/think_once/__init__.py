"""Think before edit: the instruction is put anew from the source alone, once, before turn 1.

    ThinkOnce("openai:gpt-4.1")        at_server("http://gpu-1:8000/v1", model="Qwen3-VL-8B-Instruct")

The official script's polish protocol (editthinker-spec 1.2): one JSON object with the key
`Rewritten`. Loads pydantic_ai, so it is asked for by name.
"""

from .rewriter import ThinkOnce
from .server import at_server

__all__ = ["ThinkOnce", "at_server"]
