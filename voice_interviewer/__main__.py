"""`python -m voice_interviewer`."""

from __future__ import annotations

import sys

from voice_interviewer.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
