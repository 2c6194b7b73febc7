"""The one door to PortAudio: loading it, finding devices, opening and closing streams without ever hanging.

PortAudio lists the devices once, when it is initialised, and is not safe to call from two threads. So all
opening, closing and listing goes through here, under one lock. A new list (`refresh`) needs every stream
closed first: streams register as tenants and are suspended; their owners open them again with the next use.

A sound server that hangs makes PortAudio's calls hang with it. They run in a daemon thread with a time-out,
so that the interview goes on without sound instead of standing still.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import importlib
import os
import sys
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from voice_interviewer.core.errors import DeviceError

Kind = Literal["input", "output"]
T = TypeVar("T")

_CALL_TIMEOUT_S = 8.0
_WORDS = {"input": "microphone", "output": "loudspeaker"}

_lock = threading.RLock()
_module: Any = None
_hung: threading.Thread | None = None
_alsa_handler: Any = None


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone or a loudspeaker as PortAudio lists it."""

    index: int
    name: str
    host: str
    """The sound system it belongs to: ALSA, Core Audio, WASAPI..."""
    input_channels: int
    output_channels: int
    default_rate_hz: int
    is_default_input: bool
    is_default_output: bool
    host_is_default: bool
    """Its sound system is the one PortAudio prefers."""


class Tenant(Protocol):
    """Whoever holds an open stream and must let go of it when the list of devices is renewed."""

    def suspend(self) -> None:
        """Close the stream, in the calling thread; the owner opens it again with its next use."""
        ...


_tenants: weakref.WeakSet[Tenant] = weakref.WeakSet()
_tenants_lock = threading.Lock()


def install_hint() -> str:
    """How to get PortAudio on this system, one line."""
    if sys.platform.startswith("linux"):
        return "install it with: sudo apt-get install libportaudio2 (Fedora: sudo dnf install portaudio)"
    return "reinstall the package sounddevice, which carries it: pip install --force-reinstall sounddevice"


class _Mute:
    """Sends file descriptor 2 nowhere: ALSA and PortAudio print their probing there, over the screen.

    Several threads may be inside; the last one out opens it again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._saved = -1

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._saved = self._redirect()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._saved >= 0:
                os.dup2(self._saved, 2)
                os.close(self._saved)
                self._saved = -1

    @staticmethod
    def _redirect() -> int:
        """A copy of the old descriptor, -1 where there is none."""
        try:
            saved = os.dup(2)
        except OSError:
            return -1
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 2)
        os.close(sink)
        return saved


_mute = _Mute()


def bounded(action: Callable[[], T], *, timeout_s: float = _CALL_TIMEOUT_S) -> T:
    """Run a PortAudio call under the lock; DeviceError when the sound system does not answer in time."""
    global _hung
    if _hung is not None and _hung.is_alive():
        raise DeviceError("the sound system does not answer", hint="restart it, or plug the device in again")
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            with _lock:
                results.append(action())
        except BaseException as error:  # handed to the caller below
            errors.append(error)

    thread = threading.Thread(target=run, name="portaudio-call", daemon=True)
    # Around the wait, not around the action: one that hangs must not take the error output with it.
    with _mute:
        thread.start()
        thread.join(timeout_s)
    if thread.is_alive():
        _hung = thread
        raise DeviceError("the sound system does not answer", hint="restart it, or plug the device in again")
    if errors:
        raise errors[0]
    return results[0]


def sounddevice() -> Any:
    """The sounddevice module, loaded on first use. Raises DeviceError when PortAudio is missing."""
    global _module
    if _module is not None:
        return _module
    try:
        module = bounded(lambda: importlib.import_module("sounddevice"))
    except (ImportError, OSError) as error:
        raise DeviceError("PortAudio is not installed", hint=install_hint()) from error
    except Exception as error:  # sounddevice.PortAudioError, whose class is out of reach here
        raise DeviceError(f"PortAudio does not start: {error}", hint=install_hint()) from error
    _mute_alsa()
    # Its own exit handler would hang on a sound server that hangs.
    atexit.unregister(module._exit_handler)
    atexit.register(_terminate_at_exit)
    _module = module
    return module


def _mute_alsa() -> None:
    """Keep ALSA from printing over the screen while streams run; what matters comes as an error anyway."""
    global _alsa_handler
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        alsa = ctypes.CDLL("libasound.so.2")
        handler_type = ctypes.CFUNCTYPE(
            None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
        )
        _alsa_handler = handler_type(lambda *_: None)  # must outlive the library's use of it
        alsa.snd_lib_error_set_handler(_alsa_handler)


def _terminate_at_exit() -> None:
    with contextlib.suppress(Exception):
        bounded(lambda: [_module._terminate() for _ in range(_module._initialized)], timeout_s=2.0)


def explain(error: BaseException) -> str:
    """PortAudio's complaint as one short phrase."""
    text = str(error.args[0]) if error.args else str(error)
    return text.splitlines()[0].strip() if text else type(error).__name__


def devices(kind: Kind | None = None) -> list[Device]:
    """All devices, or those that can record ('input') or play ('output'). Raises DeviceError."""
    module = sounddevice()

    def query() -> list[Device]:
        hosts = module.query_hostapis()
        default_host = module.default.hostapi
        defaults = {
            (host["default_input_device"], "input") for host in hosts[default_host : default_host + 1]
        } | {(host["default_output_device"], "output") for host in hosts[default_host : default_host + 1]}
        return [
            Device(
                index=index,
                name=entry["name"],
                host=hosts[entry["hostapi"]]["name"],
                input_channels=entry["max_input_channels"],
                output_channels=entry["max_output_channels"],
                default_rate_hz=round(entry["default_samplerate"]),
                is_default_input=(index, "input") in defaults,
                is_default_output=(index, "output") in defaults,
                host_is_default=entry["hostapi"] == default_host,
            )
            for index, entry in enumerate(module.query_devices())
        ]

    try:
        found = bounded(query)
    except module.PortAudioError as error:
        raise DeviceError(f"the sound devices cannot be listed: {explain(error)}") from error
    if kind is None:
        return found
    return [device for device in found if channels(device, kind) > 0]


def channels(device: Device, kind: Kind) -> int:
    """How many channels the device can record or play."""
    return device.input_channels if kind == "input" else device.output_channels


def is_default(device: Device, kind: Kind) -> bool:
    """Whether it is what the system takes when none is named."""
    return device.is_default_input if kind == "input" else device.is_default_output


def find(kind: Kind, name: str | None) -> Device:
    """The device of that name (any part of it, case ignored), that index, or the default for None.

    Raises DeviceError, listing what there is, when none or several fit.
    """
    available = devices(kind)
    if not available:
        raise DeviceError(
            f"there is no {_WORDS[kind]}", hint="connect one, or see `voice-interviewer devices`"
        )
    if name is None:
        return next((device for device in available if is_default(device, kind)), available[0])
    matches = _matching(available, name)
    if len(matches) == 1:
        return matches[0]
    listing = "; ".join(f"{device.index}: {device.name}" for device in (matches or available))
    if matches:
        raise DeviceError(f"several {_WORDS[kind]}s are called {name!r}: {listing}", hint="give its number")
    raise DeviceError(f"no {_WORDS[kind]} is called {name!r}", hint=f"there is {listing}")


def _matching(available: list[Device], name: str) -> list[Device]:
    """Exact names before partial ones, the preferred sound system before the others; a number is an index."""
    wanted = name.strip().casefold()
    exact = [device for device in available if device.name.casefold() == wanted]
    if not exact and wanted.isdecimal():
        return [device for device in available if device.index == int(wanted)]
    # Windows lists each device once for each of its four sound systems.
    matches = exact or [device for device in available if wanted and wanted in device.name.casefold()]
    preferred = [device for device in matches if device.host_is_default]
    return preferred or matches


def register(tenant: Tenant) -> None:
    """Have the tenant suspended before a refresh."""
    with _tenants_lock:
        _tenants.add(tenant)


def unregister(tenant: Tenant) -> None:
    """The tenant has closed its stream for good."""
    with _tenants_lock:
        _tenants.discard(tenant)


def refresh() -> None:
    """Renew the list of devices: what was plugged in since the start appears. Raises DeviceError."""
    module = sounddevice()

    def renew() -> None:
        with _tenants_lock:
            tenants = list(_tenants)
        for tenant in tenants:
            tenant.suspend()
        while module._initialized:
            module._terminate()
        module._initialize()

    try:
        bounded(renew)
    except module.PortAudioError as error:
        raise DeviceError(f"PortAudio does not start again: {explain(error)}") from error
