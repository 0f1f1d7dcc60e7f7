"""Pipelines of diffusers as editors in this process; torch loads when an editor is opened."""

from .editor import DiffusersEditor

__all__ = ["DiffusersEditor"]
