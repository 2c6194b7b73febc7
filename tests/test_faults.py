"""Each worker dies, hangs or returns rubbish at each step: every session ends, in time, with a report's
worth of facts."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests import faulty_parts as fake
from tests.faulty_parts import SPEED, Fault, Kind
from tests.small_content import framework, question
from voice_interviewer.adapters import journal
from voice_interviewer.adapters.journal import Journal
from voice_interviewer.analysis.from_journal import build_record
from voice_interviewer.analysis.report import build_report
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.core.segmenter import Segmenter
from voice_interviewer.core.turn_settings import TurnSettings
from voice_interviewer.render.json_report import dumps
from voice_interviewer.runtime import crew as crews
from voice_interviewer.runtime.audio_buffer import AudioBuffer
from voice_interviewer.runtime.crew import LiveCrew
from voice_interviewer.runtime.jobs import Judging, Transcription, Voting, Writing
from voice_interviewer.runtime.listener import Listener
from voice_interviewer.runtime.session import SessionLoop
from voice_interviewer.runtime.speech import SpeechCache
from voice_interviewer.runtime.talker import Talker

PARTS = (
    "microphone activity transcriber voter judge voice playback writer candidate-track interviewer-track"
).split()
STRIKES: list[tuple[Kind, int]] = [
    (kind, moment) for kind in ("raise", "crash", "hang", "rubbish") for moment in (1, 3)
]
"""How, and from which call on."""
LIMIT_S = 20.0


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "STUCK_AFTER_S", dict.fromkeys(crews.STUCK_AFTER_S, 0.5))
    monkeypatch.setattr("voice_interviewer.runtime.session.LAST_WORDS_S", 1.0)


def hold(tmp_path: Path, fault: Fault) -> Any:
    """A one-minute session at many times its speed, on real threads; the report."""
    clock = fake.fast_clock()
    inbox = fake.FastInbox(clock)
    buffer = AudioBuffer()
    turns = TurnSettings(judges_content=True)
    interviewer = Interviewer(Setup(framework(), question(), 1.0, 1, writer=True, turns=turns))
    listener = Listener(
        fake.FakeMicrophone(fault, clock),
        fake.FakeActivity(fault),
        Segmenter(),
        buffer,
        fake.FakeTrack(fault, "candidate-track"),
        inbox.put,
    )
    speech = SpeechCache(fake.FakeVoice(fault))
    talker = Talker(
        lambda: speech, fake.FakePlayback(fault), fake.FakeTrack(fault, "interviewer-track"), clock, inbox.put
    )
    crew = LiveCrew(
        Transcription(fake.FakeTranscriber(fault), None, buffer, clock, inbox.put),
        Voting(fake.FakeVote(fault), buffer, clock, inbox.put),
        talker,
        lambda: speech,
        Writing(fake.FakeWriter(fault), clock, inbox.put),
        clock,
        inbox.put,
        Judging(fake.FakeJudge(fault), clock, inbox.put),
    )
    inbox.idle = crew.check
    stopping = threading.Event()
    path = tmp_path / "journal.jsonl"
    with Journal(path, {"id": "x", "framework": "small"}) as log, crew:
        clock.start()
        ear = threading.Thread(target=listener.run, args=(stopping,), daemon=True)
        ear.start()
        SessionLoop(interviewer, inbox, clock, crew, log).run()
        stopping.set()
        fault.released.set()
        ear.join(3)
    record = build_record(
        journal.read_header(path), journal.read_lines(path), framework=framework(), question=question()
    )
    return build_report(record)


def struck(folder: Path, part: str, kind: Kind, moment: int) -> str:
    """What is wrong with a session that was struck so; '' when it ended as it should."""
    folder.mkdir()
    begun_s = time.monotonic()
    try:
        report = hold(folder, Fault(part, kind, moment))
    except Exception as error:
        return f"{kind} at call {moment}: {type(error).__name__}: {error}"
    took_s = time.monotonic() - begun_s
    if took_s >= LIMIT_S:
        return f"{kind} at call {moment}: took {took_s:.0f} s"
    if not dumps(report) or not any(turn.by == "interviewer" for turn in report.turns):
        return f"{kind} at call {moment}: no report"
    return ""


@pytest.mark.timeout(120)
@pytest.mark.parametrize("part", PARTS)
def test_every_session_ends_with_a_report(part: str, tmp_path: Path) -> None:
    """The sessions of a part run side by side: they mostly wait for their clocks."""
    threads = set(threading.enumerate())
    with ThreadPoolExecutor(len(STRIKES)) as pool:
        outcomes = pool.map(
            lambda strike: struck(tmp_path / f"{strike[0]}-{strike[1]}", part, *strike), STRIKES
        )
        assert [outcome for outcome in outcomes if outcome] == []
    deadline = time.monotonic() + 5
    while (left := set(threading.enumerate()) - threads) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left, f"threads left behind: {left}"


def test_nothing_is_wrong_without_a_fault(tmp_path: Path) -> None:
    report = hold(tmp_path, Fault())
    assert any(turn.by == "candidate" for turn in report.turns)
    assert report.session.duration_s == pytest.approx(70, abs=40)
    assert SPEED > 1
