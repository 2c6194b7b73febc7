"""A short session with the real recogniser and the real voice, held once for all tests that look at one."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from voice_interviewer.adapters.session_folder import SessionFolder

SCRIPT = """
name = "Short"
question = "design-product-for-the-blind"
minutes = 1.5
answers = [
  "Um, okay. [0.8] Who are the users we should think of?",
  "So, um, I would focus on students who are blind, because they travel to new places every week.",
  "Their biggest pain point is that a new train station is frightening.",
]
spare = ["I have nothing to add."]
"""


@pytest.fixture(scope="session")
def short_session(tmp_path_factory: pytest.TempPathFactory) -> SessionFolder:
    folder = tmp_path_factory.mktemp("sessions")
    script = folder / "short.toml"
    script.write_text(SCRIPT, encoding="utf-8")
    home = folder / "kept"
    arguments = ["practice", "--candidate", str(script), "--pace", "fast", "--plain", "--seed", "4"]
    run_without_network([*arguments, "--sessions-dir", str(home)])
    (path,) = home.iterdir()
    return SessionFolder(path)


def run_without_network(arguments: list[str]) -> None:
    """Run the program where any connection is an error, and where it may, without any network interface."""
    isolated = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*isolated, "true"], check=False).returncode != 0:
        isolated = []
    command = [*isolated, sys.executable, "-c", NO_CONNECTIONS, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


NO_CONNECTIONS = """
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"):
        raise SystemExit(f"a connection was attempted: {event} {arguments}")

sys.addaudithook(refuse)
from voice_interviewer.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
