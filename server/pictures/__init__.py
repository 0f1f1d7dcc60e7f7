"""Pictures that come in through the doors: by name, by path, by address, by upload."""

from .pictures import Pictures as Pictures
from .reach import Reach as Reach

__all__ = ["Pictures", "Reach"]
