"""``python -m ui``: the same as the console script."""

import sys

from ui.cli import main

sys.exit(main())
