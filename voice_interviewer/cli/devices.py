"""`voice-interviewer devices`: the microphones and loudspeakers there are, by the names to choose them by."""

from __future__ import annotations

import argparse
import json

from voice_interviewer.adapters import portaudio
from voice_interviewer.adapters.portaudio import Device, Kind

_TITLES: dict[Kind, str] = {"input": "Microphones (--mic)", "output": "Loudspeakers (--loudspeaker)"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("--json", action="store_true", help="machine-readable")


def run(args: argparse.Namespace) -> int:
    """List them; 0, also when there is none. Raises DeviceError when PortAudio is missing."""
    kinds: tuple[Kind, ...] = ("input", "output")
    found = {kind: portaudio.devices(kind) for kind in kinds}
    if args.json:
        print(json.dumps({_key(kind): [_plain(d, kind) for d in found[kind]] for kind in kinds}, indent=2))
        return 0
    for kind in kinds:
        print(_TITLES[kind])
        for device in found[kind]:
            print(_line(device, kind))
        if not found[kind]:
            print("  none")
    if any(found.values()):
        print("Choose one by any part of its name, or by its number. * is used when none is named.")
    return 0


def _key(kind: Kind) -> str:
    return "microphones" if kind == "input" else "loudspeakers"


def _plain(device: Device, kind: Kind) -> dict[str, object]:
    return {
        "number": device.index,
        "name": device.name,
        "system": device.host,
        "channels": portaudio.channels(device, kind),
        "rate_hz": device.default_rate_hz,
        "default": portaudio.is_default(device, kind),
    }


def _line(device: Device, kind: Kind) -> str:
    mark = "*" if portaudio.is_default(device, kind) else " "
    count = portaudio.channels(device, kind)
    many = f"{count} channel{'s' if count != 1 else ''}"
    return f"{mark}{device.index:4}  {device.name}  ({device.host}, {many}, {device.default_rate_hz} Hz)"
