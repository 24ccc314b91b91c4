"""``python -m hullmark``."""

import sys

from hullmark.cli import main

if __name__ == "__main__":
    sys.exit(main())
