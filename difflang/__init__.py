"""difflang: a differentiable language embedded in Python."""

from .api import *  # noqa: F403
from .api import __all__

__version__ = "0.1.0"
__all__ = [*__all__, "__version__"]  # noqa: PLE0604
