# shellcheck shell=bash
# Shared set-up of scripts/practice and scripts/test. To be sourced by bash (3.2 and later), not to be run.
#
# A virtual environment in .venv gets exactly what a lock file names; a copy of that file is kept in it as
# the stamp, so that a second run compares two files and is done, without the network. A set-up that was
# interrupted is noticed by the marker it left, and done over; what was downloaded is still in pip's cache.

set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
VENV=$ROOT/.venv
VENV_PYTHON=$VENV/bin/python
MARKER=$VENV/.set-up-unfinished
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "voice-interviewer: $*"
    exit 1
}

# The first Python of version 3.11 or later; PYTHON names another one.
find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3.14 python3 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# -- system packages ----------------------------------------------------------------------------------

package_manager() {
    local manager
    for manager in apt-get dnf pacman zypper apk; do
        if command -v "$manager" >/dev/null 2>&1; then
            echo "$manager"
            return
        fi
    done
    return 1
}

# What a person would type to install packages.
install_line() {
    case $1 in
        apt-get) shift && echo "sudo apt-get install $*" ;;
        dnf) shift && echo "sudo dnf install $*" ;;
        pacman) shift && echo "sudo pacman -S $*" ;;
        zypper) shift && echo "sudo zypper install $*" ;;
        apk) shift && echo "sudo apk add $*" ;;
    esac
}

# Install packages where that needs no password; false otherwise. Usage: install_packages MANAGER NAME...
install_packages() {
    local manager=$1 as_root=()
    shift
    if [ -n "${VOICE_INTERVIEWER_NO_SYSTEM_PACKAGES:-}" ]; then return 1; fi
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true >/dev/null 2>&1 || return 1
        as_root=(sudo -n)
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    say "installing system packages: $*"
    case $manager in
        apt-get)
            local options=(-y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends)
            "${as_root[@]}" apt-get install "${options[@]}" "$@" >/dev/null 2>&1 </dev/null && return
            "${as_root[@]}" apt-get update -qq >/dev/null 2>&1 </dev/null || return 1
            "${as_root[@]}" apt-get install "${options[@]}" "$@" >/dev/null </dev/null
            ;;
        dnf) "${as_root[@]}" dnf install -y -q "$@" >/dev/null </dev/null ;;
        pacman) "${as_root[@]}" pacman -S --noconfirm --needed "$@" >/dev/null </dev/null ;;
        zypper) "${as_root[@]}" zypper --non-interactive --quiet install "$@" >/dev/null </dev/null ;;
        apk) "${as_root[@]}" apk add -q "$@" >/dev/null </dev/null ;;
    esac
}

# Make sure that PortAudio can be loaded. Without it the built-in demonstration still runs.
require_portaudio() {
    [ "$(uname -s)" = Linux ] || return 0 # elsewhere the sounddevice package carries it
    local loads='import ctypes, sys
try: ctypes.CDLL("libportaudio.so.2")
except OSError: sys.exit(1)'
    "$VENV_PYTHON" -c "$loads" && return
    local manager name=portaudio
    if ! manager=$(package_manager); then
        say "PortAudio is missing, so there is no microphone and no loudspeaker: install the library portaudio"
        return
    fi
    case $manager in apt-get | zypper) name=libportaudio2 ;; esac
    if ! install_packages "$manager" "$name" || ! "$VENV_PYTHON" -c "$loads"; then
        say "PortAudio is missing, so there is no microphone and no loudspeaker. Run: $(install_line "$manager" "$name")"
    fi
}

# -- the virtual environment --------------------------------------------------------------------------

make_venv() {
    local python
    python=$(find_python) || fail "Python 3.11 or later is needed and none was found - install python3, or set PYTHON"
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        # Debian and its kin ship these separately.
        local version manager
        version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        manager=$(package_manager) || manager=apt-get
        if [ "$manager" != apt-get ] || ! install_packages apt-get "$version"; then
            fail "$python cannot make virtual environments - run: $(install_line apt-get "$version")"
        fi
    fi
    say "making a virtual environment in .venv with $("$python" --version)"
    # An older one may be half made, belong to a Python that is gone, or have been moved here.
    "$python" -m venv --clear "$VENV" >&2 || fail "the virtual environment $VENV could not be made (see above)"
    : >"$MARKER"
    printf '%s\n' "$ROOT" >"$VENV/.made-in"
}

venv_is_usable() {
    [ ! -e "$MARKER" ] &&
        [ "$(cat "$VENV/.made-in" 2>/dev/null)" = "$ROOT" ] &&
        "$VENV_PYTHON" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# True when .venv holds what these lock files name. Usage: is_installed LOCK...
is_installed() {
    local name
    for name in "$@" pyproject.toml; do
        cmp -s "$ROOT/$name" "$VENV/.installed/$name" || return 1
    done
    [ ! -e "$MARKER" ] && [ -x "$VENV_PYTHON" ] && [ "$(cat "$VENV/.made-in" 2>/dev/null)" = "$ROOT" ]
}

# Install a lock file and, editable, the project. Usage: set_up LOCK [ANOTHER LOCK THAT IT INCLUDES]
set_up() {
    is_installed "$@" && return
    venv_is_usable || make_venv
    : >"$MARKER"
    local name
    if ! cmp -s "$ROOT/$1" "$VENV/.installed/$1"; then
        say "installing $(grep -c '^[a-zA-Z]' "$ROOT/$1") pinned packages; the first time this takes a minute or more"
        "$VENV_PYTHON" -m pip install --quiet --require-hashes -r "$ROOT/$1" >&2 ||
            fail "the pinned packages could not be installed (see above) - check the network, then run this again"
    fi
    "$VENV_PYTHON" -m pip install --quiet --no-deps --no-build-isolation --editable "$ROOT" >&2 ||
        fail "the project could not be installed into .venv (see above)"
    mkdir -p "$VENV/.installed"
    for name in "$@" pyproject.toml; do
        cp "$ROOT/$name" "$VENV/.installed/$name"
    done
    rm -f "$MARKER"
}

# The weights an interview needs; quick when they are there.
fetch_models() {
    "$VENV/bin/voice-interviewer" models fetch --needed >&2
}
