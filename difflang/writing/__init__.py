"""Writing: from placed IR to Python text."""

from .python import write

__all__ = ["write"]
