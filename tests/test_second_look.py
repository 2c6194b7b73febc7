"""A session heard again after its first report: what is noted, what stays, and what the user is told."""

from __future__ import annotations

import io
import json
import re
import time
import wave
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console

from voice_interviewer import reporting
from voice_interviewer.adapters import acoustics_file, journal, session_folder
from voice_interviewer.adapters.acoustics import measure
from voice_interviewer.adapters.journal import Journal
from voice_interviewer.adapters.second_look import assigned, listen_again
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.adapters.told import read_told
from voice_interviewer.adapters.whisper import Sounds
from voice_interviewer.adapters.whisper_merge import Heard
from voice_interviewer.adapters.whisper_windows import Window
from voice_interviewer.analysis.record import VocalFillerEvent
from voice_interviewer.cli.main import main
from voice_interviewer.core import commands as c
from voice_interviewer.core import events as e
from voice_interviewer.core.errors import AudioFileError, UsageError
from voice_interviewer.core.speech import Word

RATE_HZ = 16_000
FIRST = (
    (1, 1.0, 3.0, (Word("We", 1.0, 1.4, 0.9), Word("shipped", 1.5, 3.0, 0.9))),
    (2, 8.0, 9.0, (Word("Thanks", 8.0, 9.0, 0.3),)),
    (3, 12.0, 13.0, (Word("Yes", 12.0, 13.0, 0.8),)),
)


@dataclass
class Ear:
    """Stands in for the recogniser: says the same whatever it hears, and keeps the sound."""

    words: tuple[Word, ...]
    fillers: tuple[VocalFillerEvent, ...] = ()
    sound: list[Window] = field(default_factory=list)

    def listen_along(self, windows: Iterable[Window], *, context: str = "") -> Iterator[tuple[Heard, Sounds]]:
        self.sound = list(windows)
        yield Heard(self.words, self.fillers, ()), [(one, measure(one.samples)) for one in self.sound]


def voice(seconds: float, at_hz: float = 150.0) -> NDArray[np.int16]:
    """Something a detector takes for a voice: a buzz whose loudness and colour move like syllables."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    tone = sum(
        np.sin(2 * np.pi * at_hz * k * t + k) / k * (1 + np.sin(2 * np.pi * 3 * t + k)) for k in range(1, 20)
    )
    return np.asarray(4000 * tone * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * t)), dtype=np.int16)


def a_session(home: Path, *, kind: str = "practice") -> SessionFolder:
    folder = SessionFolder(home / "2026-02-01T09-00-00-x")
    folder.path.mkdir(parents=True)
    with Journal(folder.journal, {"id": folder.id, "kind": kind, "started_at": "2026-02-01"}) as log:
        for key, start_s, end_s, words in FIRST:
            log.write(e.UtteranceEnded(end_s, key, start_s, end_s), end_s)
            log.write(e.Transcribed(end_s, key, start_s, end_s, words), end_s)
        log.note(duration_s=15.0, vocal_fillers=[])
    with wave.open(str(folder.candidate_track), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(voice(15.0).tobytes())
    return folder


def said(folder: SessionFolder) -> list[tuple[int, str]]:
    return [(u.id, u.text) for u in session_folder.load_record(folder).utterances]


AGAIN = (
    Word("So", 0.8, 1.0, 0.9),
    Word("we", 1.0, 1.4, 0.9),
    Word("shipped", 1.5, 2.9, 0.9),
    Word("it", 2.9, 3.1, 0.9),
)
UM = VocalFillerEvent("um", 1.2, 1.4, 0.9, ("recogniser", "second look"))


def test_words_fillers_and_pitch_are_of_the_second_look(tmp_path: Path) -> None:
    folder = a_session(tmp_path)
    before = folder.journal.read_bytes()
    assert listen_again(folder, Ear(AGAIN, (UM,))) == 5
    assert folder.journal.read_bytes().startswith(before), "what was understood at the time stays"
    # What nobody could make out at first and nobody hears now goes; what was clear stays.
    assert said(folder) == [(1, "So we shipped it"), (3, "Yes")]
    record = session_folder.load_record(folder)
    assert record.vocal_fillers == (UM,)
    assert any("heard a second time" in note for note in record.notes)
    assert max(record.acoustics.f0_hz) > 0
    assert acoustics_file.load(folder.path / acoustics_file.ACOUSTICS_NAME) == record.acoustics


def test_phases_are_placed_anew_with_all_of_the_talk_known(tmp_path: Path) -> None:
    folder = a_session(tmp_path)
    header, *lines = folder.journal.read_text(encoding="utf-8").splitlines(keepends=True)
    named = json.dumps({**json.loads(header), "framework": "circles"}) + "\n"
    folder.journal.write_text(named + "".join(lines), encoding="utf-8")
    with Journal(folder.journal, None) as log:  # what the interviewer believed at the time
        log.write(c.MarkPhase(1, "summarize", 1.0, 3.0, 0.7), 3.0)
    compares = [Word(word, 2.0, 2.1, 0.9) for word in "now let me compare the options".split()]
    listen_again(folder, Ear((*AGAIN, *compares)))
    note = json.loads(folder.journal.read_text(encoding="utf-8").splitlines()[-1])["note"]
    assert [mark["utterance_id"] for mark in note["placed_again"]] == [1, 3]
    spans = session_folder.load_record(folder).phase_spans
    assert spans[0].phase_id == note["placed_again"][0]["phase_id"]
    assert "summarize" not in {span.phase_id for span in spans}


def test_hearing_again_twice_is_hearing_again_once(tmp_path: Path) -> None:
    folder = a_session(tmp_path)
    listen_again(folder, Ear(AGAIN, (UM,)))
    once = session_folder.load_record(folder)
    listen_again(folder, Ear(AGAIN, (UM,)))
    assert session_folder.load_record(folder) == once


def test_only_the_candidates_own_sound_is_heard(tmp_path: Path) -> None:
    folder = a_session(tmp_path)
    ear = Ear(AGAIN)
    listen_again(folder, ear)
    track = np.zeros(15 * RATE_HZ, np.float32)
    for window in ear.sound:
        first = round(window.start_s * RATE_HZ)
        track[first : first + len(window.samples)] = window.samples
    loud = np.abs(track) > 0
    assert loud[round(1.2 * RATE_HZ) : round(2.8 * RATE_HZ)].mean() > 0.9
    assert not loud[round(3.35 * RATE_HZ) : round(7.65 * RATE_HZ)].any(), "there the interviewer may speak"


def test_a_review_is_divided_anew(tmp_path: Path) -> None:
    folder = a_session(tmp_path, kind="review")
    later = (*AGAIN, Word("Then", 6.0, 6.4, 0.9))
    listen_again(folder, Ear(later))
    assert said(folder) == [(1, "So we shipped it"), (2, "Then")]


def test_nothing_is_written_when_it_is_stopped(tmp_path: Path) -> None:
    class Stopped(Ear):
        def listen_along(
            self, windows: Iterable[Window], *, context: str = ""
        ) -> Iterator[tuple[Heard, Sounds]]:
            yield from super().listen_along(windows, context=context)
            raise KeyboardInterrupt

    folder = a_session(tmp_path)
    before = folder.journal.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        listen_again(folder, Stopped(AGAIN))
    assert folder.journal.read_bytes() == before
    assert not (folder.path / acoustics_file.ACOUSTICS_NAME).exists()


def test_recovery_finds_nothing_missing_after_a_second_look(tmp_path: Path) -> None:
    folder = a_session(tmp_path)
    with Journal(folder.journal, None) as log:  # said, never transcribed, and the session ended
        log.write(e.UtteranceEnded(5.5, 4, 5.0, 5.5), 5.5)
    listen_again(folder, Ear((*AGAIN, Word("Late", 5.1, 5.4, 0.9)), (UM,)))
    told = read_told(folder.journal)
    assert told.missing() == [] and told.unheard() == []


def test_words_go_to_the_utterance_they_lie_in_or_nearest_to() -> None:
    spans = {7: (1.0, 2.0), 8: (3.0, 4.0)}
    words = [Word(str(at_s), at_s - 0.1, at_s + 0.1, 0.9) for at_s in (0.5, 1.5, 2.4, 2.6, 4.69, 6.0)]
    found, rest = assigned(words, spans)
    texts = {key: [word.text for word in own] for key, own in found.items()}
    assert texts == {7: ["0.5", "1.5", "2.4"], 8: ["2.6", "4.69"]}
    assert [word.text for word in rest] == ["6.0"]


def test_without_a_recording_there_is_nothing_to_hear(tmp_path: Path) -> None:
    folder = a_session(tmp_path)
    folder.candidate_track.unlink()
    with pytest.raises(UsageError, match="no recording"):
        listen_again(folder, Ear(AGAIN))


def test_reanalyse_listens_and_renews_the_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from voice_interviewer.adapters import models, whisper

    folder = a_session(tmp_path)
    monkeypatch.setattr(models, "model_path", lambda name: tmp_path / name)
    monkeypatch.setattr(whisper, "WhisperTranscriber", lambda path, second_look: Ear(AGAIN, (UM,)))
    assert main(["reanalyse", folder.id, "--listen", "--sessions-dir", str(tmp_path)]) == 0
    assert "ums" in capsys.readouterr().out
    report = json.loads(folder.report_json.read_text())
    assert [word["text"] for word in report["words"]] == ["So", "we", "shipped", "it", "Yes"]
    assert report["fillers"]["vocal"]["count"] == 1


# -- the report that is there at once, and the one that takes its place ------------------------------


def made_twice(folder: SessionFolder, listen: Callable[[Callable[[float], None]], object]) -> str:
    out = io.StringIO()
    reporting.make_report_twice(folder, listen, console=Console(file=out, width=200))
    return out.getvalue()


def test_the_first_report_is_there_while_the_second_look_runs(tmp_path: Path) -> None:
    folder = a_session(tmp_path)

    def listen(progress: Callable[[float], None]) -> int:
        page = folder.report_html.read_text()
        due = re.search(r'data-ready-at="(\d+)"', page)
        assert due is not None and int(due[1]) / 1000 > time.time()
        assert "data:audio" not in page, "the recording is beside it for the time being"
        assert json.loads(folder.report_json.read_text())["pacing"]["words"] == 4
        progress(7.0)
        return listen_again(folder, Ear(AGAIN, (UM,)), progress=progress)

    told = made_twice(folder, listen)
    assert "Listening again" in told
    assert "renewed in its place: 1 ums (were 0)" in told and "5 words (were 4)" in told
    page = folder.report_html.read_text()
    assert "data-ready-at" not in page and "data:audio" in page
    assert json.loads(folder.report_json.read_text())["pacing"]["words"] == 5


@pytest.mark.parametrize(
    ("failure", "line"),
    [(KeyboardInterrupt(), "reanalyse --listen"), (AudioFileError("the track is gone"), "the track is gone")],
)
def test_a_second_look_that_fails_leaves_the_first(tmp_path: Path, failure: BaseException, line: str) -> None:
    folder = a_session(tmp_path)

    def listen(_progress: Callable[[float], None]) -> int:
        raise failure

    assert line in made_twice(folder, listen)
    assert "data-ready-at" not in folder.report_html.read_text()
    assert json.loads(folder.report_json.read_text())["pacing"]["words"] == 4


def test_a_half_written_last_line_goes(tmp_path: Path) -> None:
    folder = a_session(tmp_path)
    with folder.journal.open("ab") as file:
        file.write(b'{"event":"Utter')
    journal.append_note(folder.journal, {"duration_s": 16.0})
    assert list(journal.read_lines(folder.journal))[-1] == {"note": {"duration_s": 16.0}}
