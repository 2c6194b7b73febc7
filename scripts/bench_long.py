"""Five hours of loops: does memory stay, does a reply take as long at the end as at the beginning?

    python scripts/bench_long.py                      # five hours of interview; docs/images/long-run.svg
    python scripts/bench_long.py --hours 0.5 --real   # half an hour with the real recogniser

One company's loop after the other in one process, until so much was held: a round ends when the candidate
is through. The real command (`loop google --pace fast`, …) with a scripted candidate who talks most of the
time: voice activity, segmenter, interviewer, voice, recording, journal, acoustics, report and page are
real. Only the networks are spared, since they alone would take hours: the recogniser's words are those of
the script, placed where they were said, with everything around it (windows, fillers, pitch) real; of the
answers of the turn model, the meaning model and the judge of endings every fifth is computed and serves the
next four. `--real` keeps them all.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program itself does, before numpy comes in

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
SAMPLE_EVERY_S = 0.5
CHECKING_IN = ("Does that make sense so far?", "Does this sound reasonable?", "Shall I go on?")
"""How an answer ends: the interviewer only says to go on, so a round lasts until its time is up."""
LENGTHS = (12, 5, 20, 8, 3, 16, 6, 10, 4, 14)
"""Parts of an answer, one after the other: from half a minute to three minutes of talk."""
COMPANIES = ("google", "amazon", "microsoft", "openai", "anthropic")
ALLOWED_MB = 50.0
TALK = (
    "So, um, before I start, is there a specific market we are looking at?",
    "I will assume the goal is independence, so getting around without help, and then I look at users.",
    "There are three groups I can think of. First, adults who lost their sight late, and live in cities. "
    "Second, people who were born blind, who, you know, have good skills already. And third, people with low "
    "vision. I would focus on the first group, because they are the largest and they struggle the most.",
    "Their biggest pain point is unfamiliar places. They can walk to the shop, but a station is frightening.",
    "I would prioritize unfamiliar places, because it happens twice a week, and it blocks work and friends.",
    "One, a phone app that describes the way with the camera. Two, a belt that vibrates in the direction you "
    "should walk. And three, a service where a sighted person sees your camera and talks to you.",
    "Comparing them, the belt is expensive and needs hardware. The human service does not scale, but it is "
    "great for trust. The app is cheap, and most have a phone. The trade off is battery and holding it.",
    "The metric I would look at is trips to new places completed alone per user and week, and as a counter "
    "metric, I would watch near misses and falls.",
    "In my last job we had a conflict about the roadmap. I talked to both teams, I wrote down what each "
    "needed, and we decided by the numbers. As a result the launch was earlier and churn fell by a tenth.",
    "So, to summarize, I would build a camera app for unfamiliar places, with a human fallback.",
)  # fmt: skip


@dataclass
class Figures:
    """What was measured."""

    begun_s: float = field(default_factory=time.monotonic)
    memory: list[tuple[float, float, float]] = field(default_factory=list)
    """(seconds of talk held in all, MB, round), sampled all the time."""
    after_round: list[float] = field(default_factory=list)
    """MB, when a round's report was made and everything let go."""
    replies: list[tuple[float, float, int]] = field(default_factory=list)
    """(seconds of talk held in all, milliseconds in the core for an event that was answered, round)."""
    held_s: float = 0.0
    at_s: float = 0.0
    round: int = 1


def resident_mb() -> float:
    """Of this process."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1e6 if sys.platform == "darwin" else 1e3)  # only the peak is to be had


def monkey(place: Any, **things: Any) -> None:
    """Put something else in the place of a function."""
    for name, thing in things.items():
        setattr(place, name, thing)


def watch(figures: Figures, stopping: threading.Event) -> None:
    """Sample memory until told to stop."""
    while not stopping.wait(SAMPLE_EVERY_S):
        figures.memory.append((figures.held_s + figures.at_s, resident_mb(), figures.round))


def time_replies(figures: Figures) -> None:
    """Note how long the core takes for each event it answers."""
    from voice_interviewer.core.commands import Say
    from voice_interviewer.core.interviewer import Interviewer

    handle = Interviewer.handle

    def timed(self: Interviewer, event: Any) -> Any:
        begun_s = time.perf_counter()
        commands = handle(self, event)
        took_ms = (time.perf_counter() - begun_s) * 1000
        figures.at_s = event.at_s
        if any(isinstance(command, Say) for command in commands):
            figures.replies.append((figures.held_s + event.at_s, took_ms, figures.round))
        return commands

    monkey(Interviewer, handle=timed)


def note_rounds(figures: Figures) -> None:
    """After each round, what memory is left in use."""
    from voice_interviewer.cli import loop

    hold = loop._Loop._hold

    def noted(self: Any, *arguments: Any) -> bool:
        went_on = hold(self, *arguments)
        gc.collect()
        figures.after_round.append(resident_mb())
        figures.held_s += figures.at_s
        figures.at_s = 0.0
        print(
            f"round {figures.round}: {figures.held_s / 3600:.2f} h held, {figures.after_round[-1]:.0f} MB, "
            f"{time.monotonic() - figures.begun_s:.0f} s on the wall",
            file=sys.stderr, flush=True,
        )  # fmt: skip
        figures.round += 1
        return went_on

    monkey(loop._Loop, _hold=noted)


def script_the_recogniser() -> None:
    """The script's words, where they were said, in place of the network's; everything around it stays."""
    from voice_interviewer.adapters import whisper
    from voice_interviewer.adapters.candidates import ScriptedSource, StandIn
    from voice_interviewer.adapters.whisper_reader import HeardWord, Reading
    from voice_interviewer.adapters.whisper_speech import SPEECH_AT, STEP
    from voice_interviewer.adapters.whisper_windows import Window
    from voice_interviewer.ports import SAMPLE_RATE_HZ

    step_s = STEP / SAMPLE_RATE_HZ
    answer: list[tuple[float, str]] = []
    said: list[tuple[float, str]] = []
    speak, begin = ScriptedSource._spoken, StandIn._begin_answer

    def spoken(self: Any, text: str) -> Any:
        answer.clear()
        at_s, pieces = 0.0, []
        for index, part in enumerate(self._PAUSE.split(text)):
            pcm = speak(self, f"[{part}]" if index % 2 else part)
            length_s = len(pcm) / SAMPLE_RATE_HZ
            words = part.split() if index % 2 == 0 else []
            answer.extend((at_s + length_s * n / len(words), word) for n, word in enumerate(words))
            at_s += length_s
            pieces.append(pcm)
        return np.concatenate(pieces)

    def begun(self: Any) -> None:
        at_s = self._next_sample / SAMPLE_RATE_HZ
        answer.clear()
        begin(self)
        # What was said long ago is forgotten, and so is the round before.
        said[:] = [pair for pair in said if at_s - 600 < pair[0] < at_s]
        said.extend((at_s + offset_s, word) for offset_s, word in answer)

    def read(_engine: object, windows: Sequence[Window], _context: str = "") -> list[Reading]:
        readings = []
        for window in windows:
            voiced = np.flatnonzero(np.asarray(window.chances) >= SPEECH_AT)
            words = []
            if len(voiced):
                first_s = window.start_s + voiced[0] * step_s - 0.2
                last_s = window.start_s + voiced[-1] * step_s + 0.2
                words = [
                    HeardWord(word, at_s, at_s + 0.25, 0.9, 0.2)
                    for at_s, word in said
                    if first_s <= at_s <= last_s
                ]
            readings.append(Reading(window, tuple(words)))
        return readings

    monkey(ScriptedSource, _spoken=spoken)
    monkey(StandIn, _begin_answer=begun)
    monkey(whisper, read=read)
    monkey(whisper.WhisperTranscriber, _loaded=lambda _self: None)


def answer_every_fifth() -> None:
    """The turn model, the meaning model and the judge of endings compute one answer of five."""
    from voice_interviewer.adapters.finished import FinishedJudge
    from voice_interviewer.adapters.minilm import MiniLm
    from voice_interviewer.adapters.smart_turn import SmartTurnVote

    monkey(SmartTurnVote, probability=_every_fifth(SmartTurnVote.probability))
    monkey(FinishedJudge, judge=_every_fifth(FinishedJudge.judge))
    monkey(MiniLm, _embed_one=_every_fifth(MiniLm._embed_one))


def _every_fifth(compute: Any) -> Any:
    answers: list[Any] = []
    calls = itertools.count()

    def answer(self: Any, *arguments: Any) -> Any:
        if next(calls) % 5 == 0:
            answers[:] = [compute(self, *arguments)]
        return answers[0]

    return answer


def speak_once(script: str) -> None:
    """The candidate's sentences are synthesised before the first round: later its voice costs nothing."""
    import tomllib

    from voice_interviewer.adapters import models
    from voice_interviewer.adapters.audio_sources import CANDIDATE_PITCH, CANDIDATE_SPEED
    from voice_interviewer.adapters.candidates import ScriptedSource
    from voice_interviewer.adapters.piper import PiperVoice
    from voice_interviewer.ports import AudioChunk

    folder = models.model_path("piper-en_US-joe-medium")
    voice = PiperVoice(folder, speed=CANDIDATE_SPEED, pitch=CANDIDATE_PITCH)
    data = tomllib.loads(script)
    said: dict[str, list[AudioChunk]] = {}
    for text in dict.fromkeys([*data["answers"], *data["spare"]]):
        for part in ScriptedSource._PAUSE.split(text)[::2]:
            if part.strip() and part not in said:
                said[part] = list(voice.synthesise(part))
    synthesise = PiperVoice.synthesise

    def remembered(self: PiperVoice, text: str) -> Iterator[AudioChunk]:
        yield from said[text] if text in said else synthesise(self, text)

    monkey(PiperVoice, synthesise=remembered)


def script_of(talk: Sequence[str]) -> str:
    """A candidate who talks for up to three minutes at a time, with pauses to think, and checks in."""
    answers = []
    for n, length in enumerate(LENGTHS):
        parts = [*(talk[(n + step) % len(talk)] for step in range(length)), CHECKING_IN[n % len(CHECKING_IN)]]
        answers.append("[1.2] " + " [1.4] ".join(parts))
    lines = ",\n".join(f'  "{text}"' for text in answers)
    return f'name = "Long"\nminutes = 60\nanswers = [\n{lines},\n]\nspare = [\n{lines},\n]\n'


# -- figures -------------------------------------------------------------------------------------


def sum_up(figures: Figures) -> bool:
    """Print; whether the promise holds."""
    rounds = sorted({number for _, _, number in figures.memory})
    peaks = [max(mb for _, mb, number in figures.memory if number == one) for one in rounds]
    print(f"{figures.held_s / 3600:.2f} h of interview in {time.monotonic() - figures.begun_s:.0f} s")
    print("MB after each round: " + ", ".join(f"{mb:.0f}" for mb in figures.after_round))
    print("highest MB in each round: " + ", ".join(f"{mb:.0f}" for mb in peaks))
    growth = max(figures.after_round[1:], default=figures.after_round[0]) - figures.after_round[0]
    print(f"growth after the first round: {growth:+.0f} MB (allowed {ALLOWED_MB:.0f})")
    for number in rounds:
        own = [ms for _, ms, one in figures.replies if one == number]
        if len(own) >= 4:
            quarter = len(own) // 4
            first, last = statistics.median(own[:quarter]), statistics.median(own[-quarter:])
            print(
                f"round {number}: {len(own)} replies, core median {statistics.median(own):.1f} ms, "
                f"first quarter {first:.1f}, last quarter {last:.1f}, most {max(own):.1f} ms"
            )
    return growth <= ALLOWED_MB


def draw(figures: Figures, path: Path) -> None:
    """Memory and reply time over the hours held, as SVG."""
    width, height, left, top = 720, 190, 60, 30
    end_s = max([at_s for at_s, _, _ in figures.memory] or [1.0])
    panels = (
        ("memory, MB", [(at_s, mb) for at_s, mb, _ in figures.memory], "line"),
        ("time in the core for a reply, ms", [(at_s, ms) for at_s, ms, _ in figures.replies], "dots"),
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width + 90} {2 * (height + 70)}" '
        'font-family="sans-serif" font-size="12">'
    ]
    for index, (title, points, kind) in enumerate(panels):
        base = top + index * (height + 70) + height
        highest = 1.1 * max([value for _, value in points] or [1.0])

        def place(
            at_s: float, value: float, base: float = base, highest: float = highest
        ) -> tuple[float, float]:
            return left + width * at_s / end_s, base - height * value / highest

        parts.append(f'<text x="{left}" y="{base - height - 10}" font-weight="bold">{title}</text>')
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            y = base - height * share
            parts.append(f'<path d="M{left} {y:.0f}h{width}" stroke="#ddd"/>')
            parts.append(
                f'<text x="{left - 6}" y="{y + 4:.0f}" text-anchor="end">{highest * share:.0f}</text>'
            )
        for hour in range(int(end_s // 3600) + 1):
            x, _ = place(hour * 3600, 0)
            parts.append(f'<text x="{x:.0f}" y="{base + 16}" text-anchor="middle">{hour} h</text>')
        places = [place(*point) for point in thinned(points)]
        if kind == "line":
            parts.append(
                '<polyline fill="none" stroke="#2457a5" stroke-width="1.5" points="'
                + " ".join(f"{x:.1f},{y:.1f}" for x, y in places) + '"/>'
            )  # fmt: skip
        else:
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.6" fill="#2457a5"/>' for x, y in places]
    parts.append("</svg>")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def thinned(points: Sequence[tuple[float, float]], most: int = 900) -> list[tuple[float, float]]:
    """Not more than can be seen; the highest of each stretch stays."""
    size = max(1, -(-len(points) // most))
    return [max(points[at : at + size], key=lambda point: point[1]) for at in range(0, len(points), size)]


def main() -> int:
    """Hold the loop; 1 when memory grew by more than is allowed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=5.0, help="of interview in all, loops are finished")
    parser.add_argument("--real", action="store_true", help="with the real recogniser")
    parser.add_argument("--svg", type=Path, default=ROOT / "docs" / "images" / "long-run.svg")
    args = parser.parse_args()
    from voice_interviewer.adapters.memory import keep_together

    keep_together()  # as the program itself does, before there are threads
    home = Path(tempfile.mkdtemp(prefix="long-"))
    os.environ["VOICE_INTERVIEWER_DATA"] = str(home)
    script = script_of(TALK)
    (home / "candidate.toml").write_text(script, encoding="utf-8")
    figures = Figures()
    if not args.real:
        script_the_recogniser()
        answer_every_fifth()
    speak_once(script)
    time_replies(figures)
    note_rounds(figures)
    from voice_interviewer.cli.main import main as command

    stopping = threading.Event()
    sampler = threading.Thread(target=watch, args=(figures, stopping), daemon=True)
    sampler.start()
    code = 0
    for number, company in enumerate(itertools.cycle(COMPANIES)):
        if figures.held_s >= args.hours * 3600 or code:
            break
        code = command(
            [
                "loop", company, "--seed", str(number), "--candidate", str(home / "candidate.toml"),
                "--pace", "fast", "--plain",
            ]
        )  # fmt: skip
    stopping.set()
    sampler.join()
    taken = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    an_hour = taken / 1e6 / max(0.001, figures.held_s / 3600)
    print(f"exit code {code}; {taken / 1e6:.0f} MB on disk, {an_hour:.0f} MB an hour")
    good = sum_up(figures)
    draw(figures, args.svg)
    return int(code != 0 or not good)


if __name__ == "__main__":
    sys.exit(main())
