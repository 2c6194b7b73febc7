"""Two voices in one channel: prints, groups, who said what, and the review that comes of it."""

from __future__ import annotations

import json
import os
import pickle
import wave
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from voice_interviewer.adapters import models, session_folder, two_voices, whisper
from voice_interviewer.adapters.acoustics import measure
from voice_interviewer.adapters.review_pipeline import Reviewed
from voice_interviewer.adapters.review_voices import told_apart, utterances
from voice_interviewer.adapters.second_look import listen_again
from voice_interviewer.adapters.torch_weights import read_tensors
from voice_interviewer.adapters.two_voices import Parted, TwoVoices, two_groups, voices_of
from voice_interviewer.adapters.voice_prints import FILE, MODEL_ID, VoicePrints, mel_bands
from voice_interviewer.adapters.whisper import Sounds
from voice_interviewer.adapters.whisper_merge import Heard
from voice_interviewer.adapters.whisper_speech import STEP, STEP_S
from voice_interviewer.adapters.whisper_windows import Window, cut_up
from voice_interviewer.analysis.record import VocalFillerEvent
from voice_interviewer.cli import review
from voice_interviewer.cli.main import main
from voice_interviewer.core.errors import ModelError, VoiceInterviewerError
from voice_interviewer.core.speech import Word

RATE_HZ = 16_000
Floats = NDArray[np.float32]


def checkpoint(path: Path, tensors: dict[str, Floats]) -> Path:
    """Write tensors as PyTorch did before 2020, opcode by opcode."""

    def text(value: str) -> bytes:
        raw = value.encode()
        return b"X" + len(raw).to_bytes(4, "little") + raw

    entries = b""
    for key, tensor in tensors.items():
        shape = b"(" + b"".join(b"J" + n.to_bytes(4, "little") for n in tensor.shape) + b"t"
        storage = (
            b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(key) + text("cpu") + b"K\x00Nt" + b"Q"
        )
        entries += (
            text(key) + b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00" + shape + b")\x89NtR"
        )
    state = b"\x80\x02}" + text("model_state") + b"}(" + entries + b"us."
    with path.open("wb") as file:
        for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
            pickle.dump(part, file, protocol=2)
        file.write(state)
        pickle.dump(list(tensors), file, protocol=2)
        for tensor in tensors.values():
            file.write(tensor.size.to_bytes(8, "little"))
            file.write(tensor.astype("<f4").tobytes())
    return path


def encoder_tensors() -> dict[str, Floats]:
    rng = np.random.default_rng(4)
    tensors: dict[str, Floats] = {}
    for layer, width in enumerate((40, 256, 256)):
        for name, shape in {
            "weight_ih": (1024, width), "weight_hh": (1024, 256), "bias_ih": (1024,), "bias_hh": (1024,)
        }.items():  # fmt: skip
            tensors[f"lstm.{name}_l{layer}"] = rng.normal(0, 0.2, shape).astype(np.float32)
    tensors["linear.weight"] = rng.normal(0, 0.2, (256, 256)).astype(np.float32)
    tensors["linear.bias"] = np.zeros(256, np.float32)
    return tensors


# -- weights and prints ------------------------------------------------------------------------------


def test_tensors_are_read_without_the_library_that_wrote_them(tmp_path: Path) -> None:
    wanted = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([7.5], np.float32)}
    found = read_tensors(checkpoint(tmp_path / "x.pt", wanted), part="model_state")
    assert found.keys() == wanted.keys()
    assert all(np.array_equal(found[name], wanted[name]) for name in wanted)


class Evil:
    def __reduce__(self) -> Any:
        return os.system, ("touch owned",)


def test_a_checkpoint_that_would_run_something_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "x.pt"
    for parts in ([Evil()], [0x1950A86A20F9469CFC6C, 1001, {}, {"model_state": Evil()}], ["hello"], []):
        path.write_bytes(b"".join(pickle.dumps(part, protocol=2) for part in parts))
        with pytest.raises(ModelError, match="cannot be read"):
            read_tensors(path, part="model_state")
    assert not (tmp_path / "owned").exists()


def test_prints_are_unit_rows_whatever_the_level(tmp_path: Path) -> None:
    checkpoint(tmp_path / FILE, encoder_tensors())
    prints = VoicePrints(tmp_path)
    rng = np.random.default_rng(2)
    sound = rng.normal(0, 0.05, 4 * RATE_HZ).astype(np.float32)
    rows = prints.prints(sound, np.array([0.0, 1.0, 2.0, 3.99]))
    assert rows.shape == (4, 256)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-5)
    softer = prints.prints(sound * 0.01, np.array([0.0, 1.0, 2.0, 3.99]))
    assert np.abs(mel_bands(sound * 0.01) / mel_bands(sound * 0.02) - 1).max() < 1e-3
    assert softer.shape == rows.shape
    assert prints.prints(sound, np.array([])).shape == (0, 256)


def test_weights_that_lack_a_layer_are_refused(tmp_path: Path) -> None:
    checkpoint(tmp_path / FILE, {"linear.bias": np.zeros(256, np.float32)})
    with pytest.raises(ModelError, match="lacks"):
        VoicePrints(tmp_path)


def test_the_real_prints_tell_readers_apart(shared_data: Path) -> None:
    try:
        prints = VoicePrints(models.model_path(MODEL_ID))
    except VoiceInterviewerError as error:
        pytest.skip(f"real prints are NOT tested: {error}")
    from voice_interviewer.adapters.audio_files import load

    def rows(name: str) -> Floats:
        sound = (load(shared_data / "read" / name) / 32768).astype(np.float32)
        return prints.prints(sound, np.arange(0.8, len(sound) / RATE_HZ - 0.8, 0.8))

    one, again = rows("LJ001-0004.flac"), rows("LJ001-0006.flac")
    other = rows("librispeech_1988-24833-0001.flac")
    assert float((one @ again.T).min()) > float((one @ other.T).max())


# -- groups and words ---------------------------------------------------------------------------------


class ToldPrints:
    """Prints by place: the voice at a time is known."""

    def __init__(self, changes_s: tuple[float, ...], *, alike: float = 0.3, noise: float = 0.02) -> None:
        rng = np.random.default_rng(8)
        base, off = np.zeros(256), np.zeros(256)
        base[0], off[1] = 1.0, 1.0
        self.voices = np.stack([base, alike * base + np.sqrt(1 - alike**2) * off])
        self.changes_s, self.noise, self.rng = changes_s, noise, rng

    def at(self, time_s: float) -> int:
        return sum(time_s >= change_s for change_s in self.changes_s) % 2

    def encode(self, times_s: NDArray[np.float64]) -> Floats:
        rows = self.voices[np.array([self.at(float(time_s)) for time_s in times_s], dtype=int)]
        noisy = rows + self.rng.normal(0, self.noise, (len(times_s), 256))
        unit: Floats = (noisy / np.linalg.norm(noisy, axis=1, keepdims=True)).astype(np.float32)
        return unit


def heard(prints: ToldPrints, length_s: float, monkeypatch: pytest.MonkeyPatch) -> TwoVoices:
    """Frames are told by their time, which the stand-in for sound holds in its first sample."""
    monkeypatch.setattr(two_voices, "frames_around", lambda samples, middles_s: samples[0] + middles_s)
    voices = TwoVoices(prints)  # type: ignore[arg-type]
    steps = int(10 / STEP_S)
    for number in range(int(length_s // 10)):
        sound = np.full(steps * STEP, number * 10.0, np.float32)
        voices.hear(Window(number * 10.0, sound, np.ones(steps, np.float32)))
    return voices


def words_of(prints: ToldPrints, length_s: float) -> list[Word]:
    """A word every half second, named by who says it; a pause where the voice changes."""
    return [
        Word(f"v{prints.at(at_s + 0.2)}", at_s, at_s + 0.45, 0.9)
        for at_s in np.arange(0.0, length_s, 0.5).tolist()
        if prints.at(at_s) == prints.at(at_s + 0.5)
    ]


def test_words_go_to_the_voice_that_said_them(monkeypatch: pytest.MonkeyPatch) -> None:
    prints = ToldPrints((12.0, 19.0, 41.0, 44.0))
    parted = heard(prints, 60.0, monkeypatch).part(words_of(prints, 60.0))
    assert {word.text for word in parted.first} == {"v0"}
    assert {word.text for word in parted.second} == {"v1"}
    assert parted.alike == pytest.approx(0.3, abs=0.1)


def test_one_voice_is_left_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    prints = ToldPrints((), noise=0.05)
    words = words_of(prints, 60.0)
    assert heard(prints, 60.0, monkeypatch).part(words).second == ()
    near = ToldPrints((30.0,), alike=0.95)
    assert heard(near, 60.0, monkeypatch).part(words_of(near, 60.0)).second == ()
    assert TwoVoices(prints).part(words).first == tuple(words)  # type: ignore[arg-type]


def test_a_change_of_voice_wants_a_pause_or_some_words() -> None:
    at_s = np.arange(0.0, 10.0, 0.5)
    words = [Word("x", n * 0.5, n * 0.5 + 0.5, 0.9) for n in range(20)]

    def course(other: range) -> list[int]:
        leaning = np.where(np.isin(np.arange(20), other), -0.4, 0.4).astype(np.float32)
        return [number for number, voice in enumerate(voices_of(words, at_s, leaning)) if voice]

    assert course(range(8, 10)) == [], "a single doubtful second is no change"
    assert set(range(9, 15)) <= set(course(range(8, 16))) <= set(range(7, 17))
    words[8:10] = [Word("Right.", 4.3, 4.7, 0.9), Word("x", 5.0, 5.5, 0.9)]
    words[7] = Word("x", 3.5, 4.0, 0.9)
    assert course(range(8, 10)) == [8], "between pauses it is"
    assert voices_of([], at_s, np.zeros(20, np.float32)) == []


def test_groups_want_some_rows() -> None:
    assert two_groups(np.eye(3, 256, dtype=np.float32)) is None


# -- the review -----------------------------------------------------------------------------------------

QUESTION = [
    Word(text, n * 0.4, n * 0.4 + 0.35, 0.9) for n, text in enumerate("How would you improve maps?".split())
]
ANSWER = [
    Word(text, 4 + n * 0.4, 4 + n * 0.4 + 0.35, 0.9)
    for n, text in enumerate("I would begin with um, the people who drive for work today.".split())
]
OKAY = [Word("Okay.", 10.0, 10.4, 0.9)]
MORE = [
    Word(text, 12 + n * 0.4, 12 + n * 0.4 + 0.35, 0.9) for n, text in enumerate("They wait too long.".split())
]
UMS = [
    VocalFillerEvent("uh", 2.1, 2.3, 0.9, ("recogniser",)),
    VocalFillerEvent("um", 6.0, 6.3, 0.9, ("recogniser",)),
]


def both_sides() -> Reviewed:
    return Reviewed(utterances(QUESTION + ANSWER + OKAY + MORE), list(UMS), 14.0)


@pytest.mark.parametrize(
    ("who", "own"), [("most", ANSWER + MORE), ("second", ANSWER + MORE), ("first", QUESTION + OKAY)]
)
def test_the_candidate_is_who_was_said(who: Any, own: list[Word]) -> None:
    reviewed = both_sides()
    other, note = told_apart(reviewed, Parted(tuple(QUESTION + OKAY), tuple(ANSWER + MORE), 0.4), who)
    assert [word for said in reviewed.utterances for word in said.words] == own
    assert sum(len(said.words) for said in other) + len(own) == 22
    assert [event.token for event in reviewed.vocal_fillers] == (["uh"] if who == "first" else ["um"])
    assert "told apart" in note


def test_a_single_voice_is_said_so() -> None:
    reviewed = both_sides()
    other, note = told_apart(reviewed, Parted(tuple(QUESTION), (), 0.9), "most")
    assert other == [] and "Only one voice" in note
    assert len(reviewed.vocal_fillers) == 2


class Ear:
    """Stands in for the recogniser: both sides of the talk, whatever it is given."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def listen_along(self, windows: Iterable[Window], *, context: str = "") -> Iterator[tuple[Heard, Sounds]]:
        sounds = [(window, measure(window.samples)) for window in windows]
        yield Heard(tuple(QUESTION + ANSWER + OKAY + MORE), tuple(UMS), ()), sounds


class Apart:
    """Stands in for the voices."""

    def __init__(self, _prints: object) -> None:
        self.heard = 0

    def hear(self, window: Window) -> None:
        self.heard += 1

    def part(self, words: list[Word]) -> Parted:
        assert self.heard and len(words) == 22
        return Parted(tuple(QUESTION + OKAY), tuple(ANSWER + MORE), 0.4)


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_data: Path) -> Path:
    from voice_interviewer.adapters.audio_files import load

    monkeypatch.setattr(whisper, "WhisperTranscriber", Ear)
    monkeypatch.setattr(models, "model_path", lambda name: tmp_path / name)
    monkeypatch.setattr(two_voices, "TwoVoices", Apart)
    monkeypatch.setattr(review, "_prints", lambda: object())
    sound = np.resize(load(shared_data / "read" / "jfk.flac"), 14 * RATE_HZ)
    assert cut_up((sound / 32768).astype(np.float32))
    path = tmp_path / "call.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(sound.tobytes())
    return path


def test_a_review_of_two_voices_has_both_sides(call: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "sessions", tmp_path / "out.json"
    assert main(["review", str(call), "--diarize", "--sessions-dir", str(home), "--json", str(out)]) == 0
    report = json.loads(out.read_text())
    sides = [(turn["by"], turn["text"].split()[0]) for turn in report["turns"]]
    assert sides == [
        ("interviewer", "How"),
        ("candidate", "I"),
        ("interviewer", "Okay."),
        ("candidate", "They"),
    ]
    assert report["fillers"]["vocal"]["count"] == 1
    assert 0.5 < report["delivery"]["talk_share"] < 0.9
    assert any("told apart" in note for note in report["notes"])
    # Heard again later, the interviewer's words do not become the candidate's.
    (folder,) = session_folder.all_folders(home)
    listen_again(folder, Ear())
    said = [word.text for one in session_folder.load_record(folder).utterances for word in one.words]
    assert said == [word.text for word in ANSWER + MORE]


def test_channels_need_no_telling_apart(call: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", str(call), "--diarize", "--channel", "1"]) == 2
    assert "--diarize" in capsys.readouterr().err


def test_missing_weights_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> Path:
        raise ModelError(f"the weights of {name} are not here", hint=f"run: models fetch {name}")

    monkeypatch.setattr(models, "model_path", missing)
    path = tmp_path / "call.wav"
    path.write_bytes(b"x")
    assert main(["review", str(path), "--diarize"]) == 1
    error = capsys.readouterr().err
    assert MODEL_ID in error and error.count("\n") == 1
