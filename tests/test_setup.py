"""Setting up: what is pinned, and what the shell does when something is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RUNTIME, DEVELOPMENT = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"

needs_bash = pytest.mark.skipif(sys.platform == "win32", reason="NO BASH, the set-up scripts are NOT tested")


def pins(lock: Path) -> dict[str, set[str]]:
    """Package -> its pinned versions (several where they depend on the Python version)."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def wanted(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"]]
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return {re.split(r"[<>=!~;\[ ]", line)[0] for line in lines}


def test_everything_that_is_needed_is_pinned() -> None:
    assert wanted("build") <= set(pins(RUNTIME))
    assert wanted("build", "dev") <= set(pins(DEVELOPMENT))


def test_development_uses_the_versions_of_the_product() -> None:
    development = pins(DEVELOPMENT)
    assert {name: development.get(name) for name in pins(RUNTIME)} == pins(RUNTIME)


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT])
def test_a_lock_has_a_checksum_for_each_pin_and_names_no_index(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry, entry
    assert "://" not in text
    assert "--index" not in text and "--find-links" not in text


def bash(script: str, *, path: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script that has sourced the set-up."""
    return subprocess.run(
        [shutil.which("bash") or "bash", "-c", f'source "{ROOT}/scripts/setup.sh"; {script}'],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment, **({"PATH": path} if path is not None else {})},
    )


def programs(folder: Path, *names: str, **scripts: str) -> str:
    """A PATH with nothing but these programs of the system and these scripts."""
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(str(shutil.which(name)))
    for name, script in scripts.items():
        file = folder / name.replace("_", "-")
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
    return str(folder)


@needs_bash
def test_a_python_that_is_too_old_or_broken_is_passed_over(tmp_path: Path) -> None:
    path = programs(
        tmp_path / "bin",
        "dirname",
        **{"python3.13": "exit 127", "python3.12": "exit 1", "python3": f'exec "{sys.executable}" "$@"'},
    )
    done = bash("find_python", path=path)
    assert (done.returncode, done.stdout.strip()) == (0, f"{path}/python3")


@needs_bash
def test_no_python_is_one_clear_line(tmp_path: Path) -> None:
    done = bash("make_venv", path=programs(tmp_path / "bin", "dirname"), PYTHON="")
    assert done.returncode == 1
    assert (
        done.stderr == "voice-interviewer: Python 3.11 or later is needed and none was found"
        " - install python3, or set PYTHON\n"
    )


@needs_bash
@pytest.mark.parametrize(
    ("manager", "line"),
    [
        ("apt-get", "sudo apt-get install libportaudio2"),
        ("dnf", "sudo dnf install portaudio"),
        ("pacman", "sudo pacman -S portaudio"),
        ("zypper", "sudo zypper install libportaudio2"),
        ("apk", "sudo apk add portaudio"),
    ],
)
def test_without_permission_the_line_to_run_is_printed_and_set_up_goes_on(
    tmp_path: Path, manager: str, line: str
) -> None:
    scripts = {manager: "echo must not be run >&2; exit 1", "uname": "echo Linux", "python": "exit 1"}
    path = programs(tmp_path / "bin", "dirname", **scripts)
    done = bash(
        f'VENV_PYTHON="{path}/python"; require_portaudio; echo went on',
        path=path,
        VOICE_INTERVIEWER_NO_SYSTEM_PACKAGES="1",
    )
    assert (done.returncode, done.stdout) == (0, "went on\n")
    assert done.stderr.endswith(f"Run: {line}\n")
    assert done.stderr.count("\n") == 1


@needs_bash
def test_packages_are_installed_after_an_update_when_the_lists_are_old(tmp_path: Path) -> None:
    log = tmp_path / "log"
    # The first install fails as it does where nobody has run `apt-get update` yet.
    apt = f'echo "$1" >>"{log}"; [ "$1" = update ] || [ "$(grep -c install "{log}")" -gt 1 ]'
    path = programs(tmp_path / "bin", "dirname", "env", "grep", "sh", apt_get=apt, id="echo 0")
    done = bash("install_packages apt-get something", path=path, VOICE_INTERVIEWER_NO_SYSTEM_PACKAGES="")
    assert done.returncode == 0, done.stderr
    assert log.read_text().split() == ["install", "update", "install"]


@needs_bash
def test_a_second_run_needs_no_network_and_little_time() -> None:
    state = bash("is_installed requirements.lock")
    if state.returncode != 0:
        pytest.skip("NO .venv OF THE CHECKOUT'S OWN, the second run of ./scripts/practice is NOT tested")
    nowhere = "http://127.0.0.1:9"
    done = subprocess.run(
        [str(ROOT / "scripts" / "practice"), "--help"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        timeout=30,
        env={**os.environ, "PIP_INDEX_URL": nowhere, "HTTPS_PROXY": nowhere, "HTTP_PROXY": nowhere},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: voice-interviewer practice")
    assert "installing" not in done.stderr and "fetching" not in done.stderr
