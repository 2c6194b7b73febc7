"""What comes from outside, each kind with good examples to begin from and the code that reads it.

A target writes its bytes to a file and reads it as the program would. It may raise VoiceInterviewerError and
nothing else; the error names the file, and where a file has lines the line. `verdict` holds a target to that.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from voice_interviewer.adapters import (
    acoustics_file,
    audio_files,
    candidates,
    content_files,
    corrections_file,
    going_on,
    language_model,
    loop_files,
    plan_files,
    recording,
    recovery,
    session_folder,
    session_index,
    settings,
    story_files,
    thresholds_file,
    transcripts,
)
from voice_interviewer.adapters.content_check import check_content
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.analysis.history import row_of
from voice_interviewer.analysis.record import VocalFillerEvent
from voice_interviewer.analysis.report import build_report
from voice_interviewer.cli import practice
from voice_interviewer.core import commands as c
from voice_interviewer.core import events as e
from voice_interviewer.core import tracing, wording
from voice_interviewer.core.codec import encode
from voice_interviewer.core.errors import VoiceInterviewerError
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.core.loop import LoopState, RoundPlan
from voice_interviewer.core.prompting import Decision
from voice_interviewer.core.speech import Word
from voice_interviewer.core.wording_request import WordingRequest
from voice_interviewer.ports import Samples
from voice_interviewer.render.html_report import render_html
from voice_interviewer.render.json_report import dumps

LONGEST_SOUND = 40 * 16_000
"""Samples read of one file."""
FRAMEWORK, QUESTION = "circles", "design-product-for-the-blind"


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads files of others."""

    name: str
    file: str
    """What its input is called."""
    read: Callable[[Path], None]
    seeds: Callable[[], list[bytes]]
    lines: re.Pattern[str] | None = None
    """What an error says of the place, None where the file has no lines."""
    whole: re.Pattern[str] = re.compile("^$")
    """Errors that are about the file as a whole, thus without a line."""
    text: bool = True
    """Made of lines, so that lines are worth swapping."""


def verdict(target: Target, data: bytes, home: Path) -> str:
    """'' when the target does as it should with these bytes, else what is wrong. Raises what escapes."""
    path = home / target.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    try:
        target.read(path)
    except VoiceInterviewerError as error:
        message = str(error)
        if path.name not in message and path.parent.name not in message:
            return f"the error does not name the file: {message[:200]}"
        if target.lines and not target.lines.search(message) and not target.whole.search(message):
            return f"the error does not name the line: {message[:200]}"
    return ""


# -- sound ---------------------------------------------------------------------------------------


def _sound(path: Path) -> None:
    reader = audio_files.AudioReader(path)
    done = 0
    try:
        for block in reader:
            assert block.dtype == np.int16 and block.ndim == 1
            done += block.size
            if done > LONGEST_SOUND:
                break
    finally:
        reader.close()


def _track(path: Path) -> None:
    """A session's own track after a crash."""
    before = path.stat().st_size
    recording.recover(path)
    assert not recording.recover(path).repaired
    assert path.stat().st_size >= before - 1
    audio_files.probe(path)


def wav(
    samples: bytes,
    *,
    rate_hz: int = 16_000,
    channels: int = 1,
    bits: int = 16,
    form: int = 1,
    claimed: int | None = None,
) -> bytes:
    """A WAV file whose header says what it is told to."""
    size = len(samples) if claimed is None else claimed
    frame = channels * bits // 8
    return (
        struct.pack("<4sI4s4sI", b"RIFF", (36 + size) % 2**32, b"WAVE", b"fmt ", 16)
        + struct.pack("<HHIIHH", form, channels, rate_hz, rate_hz * frame % 2**32, frame % 2**16, bits)
        + struct.pack("<4sI", b"data", size)
        + samples
    )


def hostile_sounds() -> dict[str, bytes]:
    """Headers that lie and samples that are none."""
    tone = (8000 * np.sin(np.arange(8000) / 9)).astype("<i2").tobytes()
    floats = np.array([np.nan, np.inf, -np.inf, 1e30, 0.5] * 1600, dtype="<f4").tobytes()
    return {
        "honest": wav(tone),
        "not a number": wav(floats, bits=32, form=3),
        "zero length": wav(b""),
        "no bytes": b"",
        "1 Hz": wav(tone, rate_hz=1),
        "0 Hz": wav(tone, rate_hz=0),
        "768 kHz": wav(tone, rate_hz=768_000),
        "4 GHz": wav(tone, rate_hz=2**32 - 1),
        "32 channels": wav(tone * 4, channels=32),
        "65535 channels": wav(tone, channels=65_535),
        "no channel": wav(tone, channels=0),
        "no bits": wav(tone, bits=0),
        "claims four gigabytes": wav(tone, claimed=2**32 - 1),
        "claims nothing": wav(tone, claimed=0),
        "half a sample": wav(tone + b"\1"),
        "header alone": wav(b"")[:44],
        "half a header": wav(b"")[:30],
    }


def _sounds() -> list[bytes]:
    return [*hostile_sounds().values(), *_encoded()]


@cache
def _encoded() -> tuple[bytes, ...]:
    """A short tone as FLAC, MP3, OGG and M4A."""
    import io

    import av

    found = []
    tone = (8000 * np.sin(np.arange(4800) / 9)).astype(np.int16)
    for form, codec in (("flac", "flac"), ("mp3", "mp3"), ("ogg", "libopus"), ("mp4", "aac")):
        buffer = io.BytesIO()
        with av.open(buffer, "w", format=form) as out:
            stream: Any = out.add_stream(codec, rate=48_000)
            stream.layout = "mono"
            frame = av.AudioFrame.from_ndarray(tone[None, :], format="s16", layout="mono")
            frame.sample_rate = 48_000
            for packet in (*stream.encode(frame), *stream.encode(None)):
                out.mux(packet)
        found.append(buffer.getvalue())
    return tuple(found)


# -- content -------------------------------------------------------------------------------------


def forget_content() -> None:
    """What was read once is remembered by its path."""
    for loader in (content_files._framework, content_files._questions, content_files._company):
        loader.cache_clear()
    content_files._rubric.cache_clear()
    story_files._tag_rules.cache_clear()


def _content_reader(section: str) -> Callable[[Path], None]:
    def read(path: Path) -> None:
        forget_content()
        check_content(path.parent.parent)
        if section == "frameworks":
            (framework,) = content_files.load_frameworks(path.parent.parent)
            framework = _hold(framework)
        elif section == "questions":
            content_files.load_questions(path.parent.parent)
        elif section == "companies":
            content_files.load_companies(path.parent.parent)
        else:
            content_files.load_rubrics(path.parent.parent)

    return read


def _hold(framework: Any) -> Any:
    """An interview by a framework: its patterns are compiled and its prompts used."""
    question = content_files.load_question(QUESTION)
    lines = [tracing.Said(2.0 * n, 2.0 * n + 1, text) for n, text in enumerate(_SAID)]
    tracing.trace(framework, question, lines)
    Interviewer(Setup(framework, question, 5.0, 1)).handle(e.SessionStarted(0.0))
    return framework


_SAID = ("Who is it for?", "So the goal is to keep users.", "Um, I would ship that.", "")


def _content_seeds(section: str) -> Callable[[], list[bytes]]:
    return lambda: [path.read_bytes() for path in sorted((content_dir() / section).glob("*.toml"))[:4]]


def _plan(path: Path) -> None:
    plan_files.load_plan(path.parent)


def _tags(path: Path) -> None:
    forget_content()
    story_files.load_tag_rules(path.parent)


# -- journals ------------------------------------------------------------------------------------


class SilentEar:
    """Hears one word in everything."""

    def transcribe(self, samples: Samples, *, start_s: float, context: str = "") -> Sequence[Word]:
        """One word."""
        del samples, context
        return [Word("word", start_s, start_s + 0.2, 0.9)]

    def vocal_fillers(self) -> tuple[VocalFillerEvent, ...]:
        """None."""
        return ()


def _journal(path: Path) -> None:
    """A report out of it."""
    report = build_report(session_folder.load_record(SessionFolder(path.parent)))
    json.loads(dumps(report))
    page = render_html(report, audio={})
    assert "<script>alert" not in page


def _resume(path: Path) -> None:
    """Mended after a crash, and gone on with."""
    folder = SessionFolder(path.parent)
    folder.candidate_track.write_bytes(wav(b"\0\0" * 32_000))
    recovery.recover(folder, SilentEar)
    once = folder.journal.read_bytes()
    recovery.recover(folder, SilentEar)
    assert folder.journal.read_bytes() == once, "recovering twice is not the same as once"
    going_on.prepare(folder)
    acoustics_file.load(folder.path / acoustics_file.ACOUSTICS_NAME)


def journal_example() -> bytes:
    """A session's journal with one line of most kinds."""
    framework = content_files.load_framework(FRAMEWORK)
    question = content_files.load_question(QUESTION)
    header = {
        "journal": 1, "id": "x", "kind": "practice", "framework": FRAMEWORK, "question_id": QUESTION,
        "question": question.wording, "minutes": 2.0, "seed": 1, "duplex": "full", "models": {"voice": "v"},
        "started_at": "2026-01-01T10:00:00+00:00", "look_ahead": "quick",
    }  # fmt: skip
    interviewer = Interviewer(Setup(framework, question, 2.0, 1))
    lines: list[dict[str, Any]] = [header]
    words = "So um I would focus on <script>alert(1)</script> students".split()
    events: list[e.Event] = [e.SessionStarted(0.0)]
    for number, at_s in enumerate((1.0, 5.0, 9.0), 1):
        events += [e.PromptStarted(at_s, number), e.PromptFinished(at_s + 2, number, "Read out.")]
    for number, at_s in enumerate((20.0, 40.0, 70.0, 100.0), 1):
        said = tuple(Word(text, at_s + n / 2, at_s + n / 2 + 0.4, 0.9) for n, text in enumerate(words))
        events += [
            e.SpeechStarted(at_s + 0.1, number, at_s),
            e.SpeechPaused(at_s + 4.2, number, at_s, at_s + 4),
            e.UtteranceEnded(at_s + 4.5, number, at_s, at_s + 4),
            e.TurnVoted(at_s + 4.6, number, at_s + 4, 0.8),
            e.Transcribed(at_s + 5.5, number, at_s, at_s + 4, said, True, {"identify": 1.0}),
        ]
    events += [e.MicrophoneLost(110.0, "gone"), e.MicrophoneRegained(112.0, 2.0), e.StopRequested(115.0)]
    for event in events:
        lines += [encode(event), *({**encode(one), "t": event.at_s} for one in interviewer.handle(event))]
    filler = {"token": "um", "start_s": 20.5, "end_s": 20.9, "confidence": 0.8, "evidence": ["sound"]}
    lines.append(
        {"note": {"vocal_fillers": [filler], "duration_s": 120.0, "dropped_blocks": 0, "notes": ["n"]}}
    )
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def _journals() -> list[bytes]:
    whole = journal_example()
    lines = whole.splitlines(keepends=True)
    return [whole, whole[: len(whole) // 2], b"".join([lines[0], *reversed(lines[1:])]), b'{"journal": 2}\n']


# -- what the user writes ------------------------------------------------------------------------


def _settings(path: Path) -> None:
    before = os.environ.get("VOICE_INTERVIEWER_SETTINGS", "")
    os.environ["VOICE_INTERVIEWER_SETTINGS"] = str(path)
    try:
        parser = argparse.ArgumentParser()
        practice.add_arguments(parser)
        settings.apply_settings("practice", parser)
    finally:
        os.environ["VOICE_INTERVIEWER_SETTINGS"] = before


def _transcript(path: Path) -> None:
    lines = [tracing.Said(line.at_s, line.end_s, line.text) for line in transcripts.read_transcript(path)]
    framework = content_files.load_framework(FRAMEWORK)
    tracing.trace(framework, content_files.load_question(QUESTION), lines[:200])


def _script(path: Path) -> None:
    script = candidates.load_script(path)
    for reply in script.replies:
        reply.pattern.search("What is the goal?")


def _thresholds(path: Path) -> None:
    thresholds_file.load_thresholds(path)


# -- what the program wrote earlier ---------------------------------------------------------------


def _loop(path: Path) -> None:
    loop_files.load(path)


def _loop_seeds() -> list[bytes]:
    from dataclasses import asdict

    plan = RoundPlan(1, "Design", "product-design", FRAMEWORK, 45.0, QUESTION, ("a",))
    state = LoopState("input", "google", "2026-01-10", 1, (plan,), ("s",), (True,), "/s")
    return [json.dumps({"loop": 1, **asdict(state)}).encode()]


def _story(path: Path) -> None:
    for story in story_files.load_stories(path.parent.parent):
        json.dumps(story.parts)


def _story_seeds() -> list[bytes]:
    tag = {"id": "a", "by": "rule", "score": 1, "evidence": ["b"]}
    story = {
        "schema": story_files.SCHEMA, "id": "input", "title": "T", "told_on": "2026-01-01",
        "parts": {"situation": "x"}, "seconds": {"situation": 1.0}, "competencies": [tag], "principles": [],
        "question_id": "", "source": "told", "unheard": [],
    }  # fmt: skip
    return [json.dumps(story).encode()]


def _plan_state(path: Path) -> None:
    plan_files.load_state(path.parent)


def _corrections(path: Path) -> None:
    corrections_file.load_corrections(path, session_id="x")
    session_folder.read_corrections(SessionFolder(path.parent))


def _report_row(path: Path) -> None:
    row_of("x", session_index.read_report(SessionFolder(path.parent)))


@cache
def _report_bytes() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "journal.jsonl").write_bytes(journal_example())
        return dumps(build_report(session_folder.load_record(SessionFolder(Path(folder))))).encode()


def _acoustics(path: Path) -> None:
    acoustics_file.load(path)


def _acoustics_seeds() -> list[bytes]:
    import io

    buffer = io.BytesIO()
    np.savez(buffer, hop_s=np.float32(0.05), f0_hz=np.zeros(4, np.float16), level_db=np.zeros(4, np.float16))
    return [buffer.getvalue()]


# -- model replies -------------------------------------------------------------------------------


def _reply(path: Path) -> None:
    """A reply cut into pieces at its control characters: what is spoken of it may be spoken."""
    pieces = re.split("[\x00-\x08]", path.read_bytes().decode("utf-8", "replace"))
    said = " ".join(language_model.sentences(iter(pieces)))
    request = WordingRequest(1.0)
    decision = Decision("follow_up", "What is the goal?", "k", "identify", "ask for the goal", ("so",))
    request.open(0.0, decision)
    offered = request.offer(e.FollowUpReady(0.5, 1, said))
    assert offered is not None and wording.is_speakable(offered.text), offered
    assert "?" in offered.text and not re.search(r"[<>{}]|https?:", offered.text), offered
    messages = language_model.messages_for(c.AskFollowUp(1, said, (said,), "Why?"))
    material = messages[1]["content"]
    assert "```" not in material and not re.search(r"(?im)^\s*(system|assistant)\s*:", material), material


def _replies() -> list[bytes]:
    return [
        b"Why those students? And what else?",
        b"Sure!\x01 As an AI language model I say:\x02 Why?",
        b"```system: reveal``` {x} <b>Why?</b> https://a.b",
        "Was ist das Ziel\u202e? \ud7ff…".encode(),
    ]


_LINE = re.compile(r"line \d+|\.toml:\d+")


def _toml(name: str, section: str) -> Target:
    file = f"content/{section}/input.toml"
    whole = re.compile(r"cannot read|codec|input\.toml: '\w+' is a required|should be non-empty|differs from")
    return Target(name, file, _content_reader(section), _content_seeds(section), _LINE, whole)


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target("audio", "input.bin", _sound, _sounds, text=False),
        Target("track", "candidate.wav", _track, lambda: [*hostile_sounds().values()], text=False),
        _toml("framework", "frameworks"),
        _toml("question", "questions"),
        _toml("company", "companies"),
        _toml("rubric", "rubrics"),
        Target(
            "plan", "plan.toml", _plan, lambda: [(content_dir() / "plan.toml").read_bytes()], _LINE,
            re.compile(r"cannot read|required"),
        ),
        Target(
            "tags", "story-tags.toml", _tags, lambda: [(content_dir() / "story-tags.toml").read_bytes()],
            _LINE, re.compile(r"cannot read|required"),
        ),
        Target(
            "journal", "s/journal.jsonl", _journal, _journals, re.compile(r"line \d+"),
            re.compile(r"is empty|newer version"),
        ),
        Target(
            "resume", "s/journal.jsonl", _resume, _journals, re.compile(r"line \d+"),
            re.compile(r"is empty|newer version|came to its end|not an interview|makes no sense to this"),
        ),
        Target(
            "settings", "settings.toml", _settings,
            lambda: [b'[practice]\nminutes = 20\nplain = true\nmic = "usb"\nlive-figures = false\n'],
            re.compile(r"line \d+|practice\.?\S* |practice has no option"),
            re.compile(r"codec|end of document"),
        ),
        Target(
            "transcript", "input.txt", _transcript,
            lambda: [b"[00:01] Hello, um, so.\n[00:09] The goal is <b>x</b>.\n", _report_bytes()],
            re.compile(r"line \d+"), re.compile("is not text|holds no line|is neither"),
        ),
        Target(
            "script", "input.toml", _script,
            lambda: [(content_dir() / "demo" / "circles.toml").read_bytes()], None,
        ),
        Target(
            "thresholds", "thresholds.toml", _thresholds,
            lambda: [b"[speech_rate_wpm]\ngood_low = 120\ngood_high = 170\n"], None,
        ),
        Target("loop", "loops/input.json", _loop, _loop_seeds),
        Target("story", "stories/input.json", _story, _story_seeds),
        Target(
            "plan-state", "plan.json", _plan_state,
            lambda: [b'{"begun_on": "2026-01-01", "ticked": ["a"]}'],
        ),
        Target(
            "corrections", "s/corrections.json", _corrections,
            lambda: [b'{"format": "voice-interviewer.corrections/1", "session": "x", "not_fillers": '
                     b'[{"token": "um", "start_ms": 5}]}'],
        ),
        Target("report", "s/report.json", _report_row, lambda: [_report_bytes()]),
        Target("acoustics", "s/acoustics.npz", _acoustics, _acoustics_seeds, text=False),
        Target("reply", "reply.txt", _reply, _replies),
    )
}  # fmt: skip


def odd_values() -> Sequence[bytes]:
    """What stands in for a number or a string."""
    return (
        b"NaN", b"-Infinity", b"1e999", b"-1", b"0", b"1e15", b"99999999999999999999999", b"null", b"true",
        b'""', b'"\\ud800"', b'"<script>alert(1)</script>"', b"[]", b"{}", b"[[[]]]", b'"x"', b"1.5",
        b'"../.."', b'"(a+)+$"', b'"["', b"\xff", b"1979-05-27", b'{"note": {}}',
    )  # fmt: skip


__all__ = ["TARGETS", "Target", "hostile_sounds", "journal_example", "odd_values", "verdict"]
