"""What the doors cost over `EditAgent.run` called directly, alone and in a crowd.

The engines are prepared and cost nothing; servers, sockets, databases and files are real.
"""

from .report import QUESTION, measure

__all__ = ["QUESTION", "measure"]
