"""Write docs/state-machine.md from the table in core/machine.py."""

from __future__ import annotations

from pathlib import Path

from voice_interviewer.core.machine import as_mermaid

PAGE = Path(__file__).parent.parent / "docs" / "state-machine.md"
TEXT = """# The interview's states

Generated from the table in `voice_interviewer/core/machine.py` by `scripts/draw_state_machine.py`; a test
keeps
the two the same.

```mermaid
{diagram}
```
"""


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(TEXT.format(diagram=as_mermaid()), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
