"""An interview is stopped, and another is killed; both go on in the same folder, with real parts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path
from typing import Any

import pytest

from voice_interviewer.adapters import going_on, journal, recording
from voice_interviewer.adapters.session_folder import SessionFolder, load_record
from voice_interviewer.analysis.record import AcousticTrack
from voice_interviewer.cli.main import main
from voice_interviewer.core.codec import canonical
from voice_interviewer.core.endpointing import NEEDED
from voice_interviewer.core.errors import JournalError, UsageError
from voice_interviewer.core.events import SessionResumed
from voice_interviewer.core.interviewer import Interviewer
from voice_interviewer.core.speech import Frame
from voice_interviewer.runtime.replay import Step, replay

FIRST = """
name = "First half"
question = "design-product-for-the-blind"
minutes = 1.5
answers = ["I would focus on students who are blind, because they travel to new places every week."]
spare = ["[4] The station is the hardest place for them, and it is new every week. [4]"]
"""
SECOND = """
name = "Second half"
question = "design-product-for-the-blind"
minutes = 1.5
answers = ["As I said, the train station is frightening, so I would build an app that describes the way."]
spare = ["End the interview."]
"""


def start(arguments: list[str], script: Path, home: Path) -> subprocess.Popen[bytes]:
    sound = ["--candidate", str(script), "--pace", "fast", "--plain", "--sessions-dir", str(home)]
    sound += ["--patience", "brisk"]  # kept by the session: it must replay as it went
    command = [sys.executable, "-m", "voice_interviewer", "practice", *arguments, *sound]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run_until_heard(
    process: subprocess.Popen[bytes], home: Path, opening: str, stop: signal.Signals
) -> SessionFolder:
    """Stop a session once something has been understood after its opening event."""
    limit = time.monotonic() + 150
    try:
        while time.monotonic() < limit and process.poll() is None:
            found = list(home.glob("*/journal.jsonl"))
            text = found[0].read_text(encoding="utf-8") if found else ""
            if '"event":"Transcribed"' in text.rpartition(f'"event":"{opening}"')[2] and opening in text:
                break
            time.sleep(0.02)
        process.send_signal(stop)
        process.wait(60)
    finally:
        if process.poll() is None:
            process.kill()
    (journal_path,) = home.glob("*/journal.jsonl")
    return SessionFolder(journal_path.parent)


@pytest.mark.timeout(400)
def test_a_session_killed_and_then_stopped_goes_on_to_its_end(tmp_path: Path) -> None:
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    first.write_text(FIRST, encoding="utf-8")
    second.write_text(SECOND, encoding="utf-8")
    home = tmp_path / "sessions"
    folder = run_until_heard(start(["--seed", "4"], first, home), home, "SessionStarted", signal.SIGKILL)
    length = folder.candidate_track.stat().st_size
    running = start(["--resume", "last"], second, home)
    run_until_heard(running, home, "SessionResumed", signal.SIGINT)
    assert running.returncode == 0
    assert folder.candidate_track.stat().st_size > length
    arguments = ["practice", "--resume", folder.id, "--candidate", str(second), "--pace", "fast", "--plain"]
    assert main([*arguments, "--sessions-dir", str(home)]) == 0

    record = load_record(folder)
    said = " ".join(utterance.text for utterance in record.utterances).lower()
    assert "students" in said and "frightening" in said
    resumed = [step.event for step in steps_of(folder) if isinstance(step.event, SessionResumed)]
    assert len(resumed) == 2
    for event in resumed:
        welcome = next(prompt for prompt in record.prompts if prompt.start_s >= event.at_s)
        assert "We were at" in welcome.text
    assert record.prompts[-1].kind == "closing"
    ids = [utterance.id for utterance in record.utterances]
    assert len(set(ids)) == len(ids)
    starts = [utterance.start_s for utterance in record.utterances]
    assert starts == sorted(starts)
    assert all(u.start_s >= resumed[0].at_s for u in record.utterances if "frightening" in u.text.lower())
    with wave.open(str(folder.candidate_track)) as track:
        assert track.getnframes() / track.getframerate() >= record.duration_s - 1.0
    report = json.loads(folder.report_json.read_text(encoding="utf-8"))
    assert sum("went on later" in note for note in report["notes"]) == 2
    assert not any("this is everything up to" in note for note in report["notes"])
    with pytest.raises(UsageError, match="came to its end"):
        going_on.prepare(folder)
    assert_replays(folder)


def steps_of(folder: SessionFolder) -> list[Step]:
    setup = going_on.setup_of(journal.read_header(folder.journal), folder.id)
    assert setup.turns.endpointing.needed == NEEDED["brisk"]
    return replay(Interviewer(setup), journal.read_lines(folder.journal))


def assert_replays(folder: SessionFolder) -> None:
    """All three runs bring out the same commands again, but for what the kill kept from being written."""
    different = [step for step in steps_of(folder) if not step.same]
    assert len(different) <= 1
    for step in different:
        assert step.replayed[: len(step.journaled)] == step.journaled


@pytest.mark.parametrize("minutes", [{}, {"minutes": 0.0}, {"minutes": -5}])
def test_a_header_without_its_minutes_is_one_clear_line(minutes: dict[str, float]) -> None:
    about = {"kind": "practice", "framework": "circles", "question_id": "design-product-for-the-blind"}
    header = about | minutes
    with pytest.raises(JournalError, match="line 1: the session's minutes are missing"):
        going_on.setup_of(header, "broken")


def test_what_was_finished_or_is_no_interview_says_so(tmp_path: Path, capsys: Any) -> None:
    folder = tmp_path / "2026-01-01T00-00-00-review"
    folder.mkdir()
    header = {"journal": 1, "id": folder.name, "kind": "review", "framework": "circles"}
    (folder / "journal.jsonl").write_text(json.dumps(header) + "\n", encoding="utf-8")
    for arguments, says in (
        (["--resume", "last"], "not an interview"),
        (["--resume", "nothing-of-that-name"], "no session"),
        (["--resume", "last", "--minutes", "5"], "--minutes cannot change"),
    ):
        code = main(["practice", *arguments, "--mic", "x.wav", "--sessions-dir", str(tmp_path)])
        error = capsys.readouterr().err
        assert code != 0 and says in error and len(error.strip().splitlines()) == 1


def test_a_track_that_is_kept_goes_on_after_its_last_sample(tmp_path: Path) -> None:
    path = tmp_path / "track.wav"
    first = recording.TrackRecorder(path)
    first.write_at(0, b"\x01\x00" * 160)
    first.close()
    again = recording.TrackRecorder(path, keep=True)
    assert again.duration_s == pytest.approx(0.01)
    again.write_at(480, b"\x02\x00" * 160)
    again.close()
    with wave.open(str(path)) as track:
        data = track.readframes(track.getnframes())
    assert data == b"\x01\x00" * 160 + b"\x00\x00" * 320 + b"\x02\x00" * 160


def test_a_microphone_is_shifted_to_where_the_timeline_goes_on() -> None:
    class Still:
        name = "still"
        dropped_blocks = 2

        def start(self) -> None: ...

        def read(self, timeout_s: float) -> Frame | None:
            return Frame(320, b"") if timeout_s else None

        def stop(self) -> None: ...

    shifted = going_on.ShiftedMicrophone(Still(), 16_000)
    assert shifted.read(1.0) == Frame(16_320, b"")
    assert shifted.read(0.0) is None and shifted.dropped_blocks == 2
    assert not hasattr(shifted, "reopen")


def test_pitch_and_level_of_both_runs_lie_on_one_timeline() -> None:
    before = AcousticTrack(0.05, (100.0, 110.0), (-20.0, -21.0))
    after = AcousticTrack(0.05, (0.0,) * 4 + (120.0,), (-90.0,) * 4 + (-22.0,))
    both = going_on.joined(before, after, 0.2)
    assert both.f0_hz == (100.0, 110.0, 0.0, 0.0, 120.0)
    assert both.level_db == (-20.0, -21.0, -90.0, -90.0, -22.0)
    assert going_on.joined(AcousticTrack(), after, 0.2) is after


def test_the_event_survives_the_journal() -> None:
    event = SessionResumed(12.5, "half", True)
    assert canonical(event) == event
