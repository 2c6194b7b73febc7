"""Asks for known vulnerabilities in what requirements.lock pins: audit.py [--strict].

By default nothing found here is a failure, since an advisory published today must not turn an unchanged tree
red; with --strict a vulnerability is one, and so is a list that can't be reached.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def main(strict: bool) -> int:
    dependencies = ask()
    asked = [each for each in dependencies if "skip_reason" not in each]
    affected = [each for each in asked if each.get("vulns")]
    if not asked:
        print("audit: skipped, the list of vulnerabilities can't be reached", file=sys.stderr)
        return 1 if strict else 0
    for each in affected:
        for advisory in each["vulns"]:
            fixed = ", ".join(advisory["fix_versions"]) or "no version yet"
            print(
                f"audit: {each['name']} {each['version']}: {advisory['id']}, fixed in {fixed}",
                file=sys.stderr,
            )
    unknown = len(dependencies) - len(asked)
    print(
        f"audit: {len(asked)} packages, {len(affected)} with known vulnerabilities, {unknown} not asked about"
    )
    return 1 if strict and (affected or unknown) else 0


def ask() -> list[dict[str, Any]]:
    """pip-audit's answer per package; empty when it has none."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(ROOT / "requirements.lock")]
    command += ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(
            [*command, "--timeout", "15"], capture_output=True, text=True, timeout=120, check=False
        )
        return list(json.loads(done.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return []


if __name__ == "__main__":
    sys.exit(main("--strict" in sys.argv[1:]))
