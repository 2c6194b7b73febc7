"""Reviewing recordings: windows, votes, channels, the pipeline with a stand-in, and the command."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voice_interviewer.adapters import journal, session_folder
from voice_interviewer.adapters.acoustics import measure
from voice_interviewer.adapters.acoustics_channels import has_a_voice_in_each_channel, take_turns
from voice_interviewer.adapters.acoustics_track import TrackBuilder
from voice_interviewer.adapters.journal import Journal
from voice_interviewer.adapters.recording import TrackRecorder
from voice_interviewer.adapters.review_pipeline import LONGEST_UTTERANCE_S, ReviewPipeline
from voice_interviewer.adapters.whisper import Sounds
from voice_interviewer.adapters.whisper_merge import Heard
from voice_interviewer.adapters.whisper_reader import HeardWord
from voice_interviewer.adapters.whisper_speech import STEP
from voice_interviewer.adapters.whisper_vote import vote
from voice_interviewer.adapters.whisper_windows import Window, WindowCutter, shifted
from voice_interviewer.analysis.record import VocalFillerEvent
from voice_interviewer.cli.main import main
from voice_interviewer.cli.review import find_recordings
from voice_interviewer.core.errors import AudioFileError
from voice_interviewer.core.speech import Word

RATE_HZ = 16_000


def save(path: Path, channels: list[NDArray[np.int16]], rate_hz: int = RATE_HZ) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(len(channels))
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(np.stack(channels, axis=1).astype("<i2").tobytes())
    return path


def window(start_s: float, chances: NDArray[np.float32]) -> Window:
    return Window(start_s, np.arange(len(chances) * STEP, dtype=np.float32), chances)


def spoken_word(text: str, start_s: float, p: float = 0.8) -> HeardWord:
    return HeardWord(text, start_s, start_s + 0.3, p, 0.3)


# -- windows -------------------------------------------------------------------------------------


def test_shifted_windows_hold_the_same_sound_cut_elsewhere() -> None:
    rng = np.random.default_rng(2)
    windows, at_s = [], 0.0
    for steps in (400, 350, 420):
        chances = np.ones(steps, np.float32)
        pause = int(rng.integers(steps // 2 - 20, steps // 2 + 20))
        chances[pause : pause + 12] = 0.1
        windows.append(window(at_s, chances))
        at_s = windows[-1].end_s
    again = shifted(windows)
    assert again[0].start_s == 0.0
    assert again[-1].end_s == pytest.approx(at_s)
    assert {w.end_s for w in again[:-1]}.isdisjoint({w.end_s for w in windows[:-1]})
    assert all(len(w.samples) <= 15 * RATE_HZ for w in again)
    assert all(len(w.samples) == len(w.chances) * STEP for w in again)


def test_silence_and_the_whole_of_a_long_recording_pass_without_being_kept() -> None:
    cutter = WindowCutter()
    second = np.zeros(RATE_HZ, np.float32)
    assert list(cutter.windows(second for _ in range(600))) == []
    assert cutter.heard_s == 600.0
    assert len(cutter._sound) < 60 * RATE_HZ


# -- two readings --------------------------------------------------------------------------------


def test_the_likelier_wording_wins_and_what_was_left_out_comes_back() -> None:
    first = [spoken_word("I'm", 1.0), spoken_word("plugging", 1.5, 0.3), spoken_word("here.", 3.0)]
    second = [
        spoken_word("I'm", 1.0),
        spoken_word("coughing", 1.5, 0.9),
        spoken_word("now", 2.2, 0.7),
        first[2],
    ]
    assert [w.text for w in vote(first, second)] == ["I'm", "coughing", "now", "here."]


def test_what_one_reading_alone_has_needs_a_likelihood() -> None:
    first = [spoken_word("so", 1.0), spoken_word("thanks", 2.0, 0.1), spoken_word("we", 3.0)]
    second = [spoken_word("so", 1.0), spoken_word("we", 3.0), spoken_word("bye", 4.0, 0.2)]
    assert [w.text for w in vote(first, second)] == ["so", "we"]
    assert vote(first, []) == first


def test_voted_words_never_overlap() -> None:
    rng = np.random.default_rng(11)
    vocabulary = "so the users want a map that works".split()
    for _ in range(100):
        readings = []
        for _ in range(2):
            starts = np.sort(rng.uniform(0, 6, 12))
            readings.append(
                [spoken_word(str(rng.choice(vocabulary)), float(s), float(rng.random())) for s in starts]
            )
        first = [w for i, w in enumerate(readings[0]) if i == 0 or w.start_s >= readings[0][i - 1].end_s]
        second = [w for i, w in enumerate(readings[1]) if i == 0 or w.start_s >= readings[1][i - 1].end_s]
        words = vote(first, second)
        for before, after in pairwise(words):
            assert before.end_s <= after.start_s + 1e-6
            assert after.end_s > after.start_s


# -- channels ------------------------------------------------------------------------------------


def test_a_voice_in_each_channel_is_told_from_stereo() -> None:
    left = np.array([-20.0, -22, -60, -61, -21, -60] * 10)
    right = np.array([-55.0, -57, -24, -22, -50, -21] * 10)
    assert take_turns(left, right)
    assert not take_turns(left, left + 2)
    assert not take_turns(left, np.full(60, -80.0))
    assert not take_turns(left[:0], right[:0])


# -- the pipeline, with a recogniser that is told what to hear ------------------------------------


class ToldListener:
    """Hears a word a second in every window, and an um in the first."""

    def listen_along(self, windows: Iterable[Window], *, context: str = "") -> Iterator[tuple[Heard, Sounds]]:
        for number, each in enumerate(windows):
            words = tuple(
                Word(f"w{number}.{i}", each.start_s + i, each.start_s + i + 0.8, 0.9)
                for i in range(int(each.end_s - each.start_s))
            )
            um = (VocalFillerEvent("um", each.start_s, each.start_s + 0.3, 0.8, ("recogniser",)),)
            yield (
                Heard(words, um if number == 0 else (), ((each.start_s, each.end_s),)),
                [(each, measure(each.samples))],
            )


@pytest.fixture
def speech(shared_data: Path) -> NDArray[np.int16]:
    from voice_interviewer.adapters.audio_files import load

    return load(shared_data / "read" / "jfk.flac")


def test_the_pipeline_journals_what_it_hears(tmp_path: Path, speech: NDArray[np.int16]) -> None:
    recording = np.concatenate([speech, np.zeros(8 * RATE_HZ, np.int16), speech])
    blocks = [recording[i : i + 5000] for i in range(0, len(recording), 5000)]
    done: list[float] = []
    with Journal(tmp_path / "journal.jsonl", {"id": "x", "kind": "review"}) as log:
        track = TrackRecorder(tmp_path / "candidate.wav")
        reviewed = ReviewPipeline(ToldListener()).run(blocks, journal=log, track=track, progress=done.append)
        track.close()
    assert reviewed.duration_s == pytest.approx(len(recording) / RATE_HZ, abs=0.001)
    assert len(reviewed.utterances) == 2
    assert reviewed.utterances[1].start_s > 18
    assert [event.token for event in reviewed.vocal_fillers] == ["um"]
    assert done == sorted(done)
    assert done[-1] == reviewed.duration_s
    assert len(reviewed.acoustics.f0_hz) * reviewed.acoustics.hop_s == pytest.approx(
        reviewed.duration_s, abs=0.1
    )
    lines = list(journal.read_lines(tmp_path / "journal.jsonl"))
    assert [line["event"] for line in lines] == ["UtteranceEnded", "Transcribed"] * 2
    with wave.open(str(tmp_path / "candidate.wav")) as kept:
        assert kept.getnframes() == len(recording)


def test_an_utterance_without_a_pause_is_closed_all_the_same(speech: NDArray[np.int16]) -> None:
    class Breathless(ToldListener):
        def listen_along(
            self, windows: Iterable[Window], *, context: str = ""
        ) -> Iterator[tuple[Heard, Sounds]]:
            for each in windows:
                words = tuple(Word("and", t / 2, t / 2 + 0.5, 0.9) for t in range(200))
                yield Heard(words, (), ()), [(each, measure(each.samples))]
                return

    reviewed = ReviewPipeline(Breathless()).run([speech])
    assert len(reviewed.utterances) > 2
    assert all(said.end_s - said.start_s <= LONGEST_UTTERANCE_S for said in reviewed.utterances)


def test_measures_lie_where_they_were_taken() -> None:
    tone = (0.2 * np.sin(2 * np.pi * 150 * np.arange(RATE_HZ) / RATE_HZ)).astype(np.float32)
    builder = TrackBuilder()
    builder.place(2.0, measure(tone))
    track = builder.track(duration_s=5.0)
    assert len(track.f0_hz) == len(track.level_db) == 100
    assert set(track.f0_hz[:39]) == {0.0}
    assert np.median(track.f0_hz[42:58]) == pytest.approx(150, abs=2)
    assert max(track.level_db[62:]) == -100.0


# -- the command ---------------------------------------------------------------------------------


def run(*args: str | Path) -> int:
    return main(["review", *map(str, args)])


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "there is no recording"), (b"", "is empty"), (b"hello, world", "not a recording")],
)
def test_a_bad_file_gives_one_line_and_no_session(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, said: str
) -> None:
    path = tmp_path / "answer.wav"
    if content is not None:
        path.write_bytes(content)
    assert run(path, "--sessions-dir", tmp_path / "sessions") == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not (tmp_path / "sessions").exists() or not list((tmp_path / "sessions").iterdir())


def test_silence_is_said_to_hold_no_speech(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "quiet.wav", [np.zeros(5 * RATE_HZ, np.int16)])
    assert run(path, "--sessions-dir", tmp_path / "sessions") == 1
    assert "holds no speech" in capsys.readouterr().err
    assert list((tmp_path / "sessions").iterdir()) == []


def test_a_channel_that_is_not_there_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = save(tmp_path / "mono.wav", [np.zeros(RATE_HZ, np.int16)])
    assert run(path, "--channel", "2") == 1 + 1
    assert "has 1 channel, not 2" in capsys.readouterr().err
    assert run(path, "--channel", "middle") == 2


def test_two_voices_in_two_channels_ask_for_the_candidates(
    tmp_path: Path, speech: NDArray[np.int16], capsys: pytest.CaptureFixture[str]
) -> None:
    quiet = np.zeros_like(speech)
    left, right = np.concatenate([speech, quiet]), np.concatenate([quiet, speech])
    path = save(tmp_path / "call.wav", [left, right])
    assert has_a_voice_in_each_channel(path)
    assert run(path, "--sessions-dir", tmp_path / "sessions") == 2
    assert "--channel 1 or 2" in capsys.readouterr().err


def test_a_folder_names_its_recordings_once(tmp_path: Path) -> None:
    one, note = tmp_path / "b.WAV", tmp_path / "notes.txt"
    one.write_bytes(b"x")
    note.write_bytes(b"x")
    assert find_recordings([tmp_path, one]) == [one]
    note.rename(tmp_path / "sub.txt")
    one.unlink()
    with pytest.raises(AudioFileError, match="no recording in"):
        find_recordings([tmp_path])


def test_another_recogniser_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "quiet.wav", [np.zeros(RATE_HZ, np.int16)])
    assert run(path, "--recogniser", "piper-en_US-joe-medium") == 2
    assert "is no recogniser" in capsys.readouterr().err
    assert run(path, "--recogniser", "whisper-large") == 2
    assert "whisper-large" in capsys.readouterr().err
    assert run(path, "--recogniser", "whisper-medium") == 1
    assert "models fetch whisper-medium" in capsys.readouterr().err


def test_a_review_ends_in_a_session_like_any_other(
    tmp_path: Path, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = shared_data / "spontaneous" / "mfa_cold_corpus3.flac"
    out = tmp_path / "report.json"
    assert run(recording, "--framework", "star", "--sessions-dir", tmp_path / "sessions", "--json", out) == 0
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["session"]["kind"] == "review"
    assert report["session"]["framework"] == "star"
    assert report["session"]["duration_s"] == pytest.approx(24.65, abs=0.1)
    assert 4 <= sum(event["category"] == "vocal" for event in report["fillers"]["events"]) <= 8
    assert 130 < report["pacing"]["speech_rate_wpm"] < 180
    (folder,) = session_folder.all_folders(tmp_path / "sessions")
    assert folder.report_html.exists()
    assert folder.candidate_track.stat().st_size > 24 * 2 * RATE_HZ
    record = session_folder.load_record(folder)
    assert record.vocal_fillers
    assert "cough" in " ".join(said.text for said in record.utterances) or len(record.utterances) > 2
    assert "Report:" in capsys.readouterr().out
