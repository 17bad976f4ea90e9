"""`python -m difflang` is the command `difflang`."""

import sys

from .cli import main

sys.exit(main())
