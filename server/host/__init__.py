"""Runs behind the doors: begun, waited for, watched, stopped and gone on with, in any process."""

from .bounded import best_of as best_of
from .host import Host as Host
from .moments import Moment as Moment
from .wish import Begun as Begun
from .wish import Bounds as Bounds
from .wish import Wish as Wish

__all__ = ["Begun", "Bounds", "Host", "Moment", "Wish", "best_of"]
