"""`voice-interviewer doctor`: checks what an interview needs here; one line each, with what to do."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from voice_interviewer import __version__
from voice_interviewer.adapters import checkup, sound_checkup
from voice_interviewer.adapters.checkup import Finding, Sentence, guarded

_STYLES = {"ok": "green", "warning": "yellow", "failure": "bold red"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.epilog = "The exit code is 1 when a check failed; warnings do not count."
    parser.add_argument("--mic", metavar="NAME", help="this microphone instead of the default one")
    parser.add_argument("--loudspeaker", metavar="NAME", help="this loudspeaker instead of the default one")
    parser.add_argument("--sound", action="store_true", help="play a short tone")
    parser.add_argument(
        "--quick", action="store_true", help="compute no checksums, time nothing, measure no echo"
    )
    parser.add_argument("--json", action="store_true", help="machine-readable")


def run(args: argparse.Namespace) -> int:
    """0, or 1 when a check failed."""
    findings = []
    console = Console(highlight=False)
    if not args.json:
        print(f"voice-interviewer {__version__} ({checkup.libraries()})")
        if sys.stderr.isatty():
            line = "Say something: the microphone is listening for a second. A chirp follows, for the echo."
            print(line, file=sys.stderr, flush=True)
    for finding in _examine(args):
        findings.append(finding)
        if not args.json:
            _print(console, finding)
    failed = any(finding.status == "failure" for finding in findings)
    if args.json:
        report = {
            "version": __version__,
            "libraries": checkup.libraries(),
            "ok": not failed,
            "checks": [asdict(finding) for finding in findings],
        }
        print(json.dumps(report, indent=2))
    return 1 if failed else 0


def _examine(args: argparse.Namespace) -> Iterator[Finding]:
    """All findings, each as soon as it is known; the microphone first, while the person still listens."""
    checks: list[tuple[str, Callable[[], list[Finding]]]] = [
        ("microphone", lambda: sound_checkup.check_microphone(args.mic)),
        ("loudspeaker", lambda: sound_checkup.check_loudspeaker(args.loudspeaker, sound=args.sound)),
        ("echo", lambda: [] if args.quick else sound_checkup.check_echo(args.mic, args.loudspeaker)),
        ("system", checkup.check_system),
        ("disk", checkup.check_disk),
        ("models", lambda: checkup.check_models(hashing=not args.quick)),
    ]
    sound = guarded("PortAudio", sound_checkup.check_portaudio)
    yield from sound
    if any(finding.status == "failure" for finding in sound):
        checks = checks[3:]
    for name, check in checks:
        yield from guarded(name, check)
    if not args.quick:
        yield from _examine_speech()


def _examine_speech() -> Iterator[Finding]:
    sentences: list[Sentence] = []

    def speak() -> list[Finding]:
        findings, sentence = checkup.speak_sentence()
        sentences.append(sentence)
        return findings

    yield from guarded("voice", speak)
    if not sentences:
        yield Finding("recogniser", "warning", "not timed: there is no voice to listen to")
        return
    yield from guarded("voice activity", lambda: checkup.check_voice_activity(sentences[0]))
    yield from guarded("recogniser", lambda: checkup.check_recogniser(sentences[0]))


def _print(console: Console, finding: Finding) -> None:
    line = Text(f"{finding.status:8}", style=_STYLES[finding.status])
    line.append(f" {finding.name}: {finding.text}", style="default")
    console.print(line, soft_wrap=True)
    if finding.advice:
        console.print(Text(f"         -> {finding.advice}", style="default"), soft_wrap=True)
