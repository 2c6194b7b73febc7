"""Whether the words tell that an answer is finished: data, model, head."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from voice_interviewer.adapters import finished
from voice_interviewer.adapters.gguf_file import GgufFile
from voice_interviewer.adapters.lazy_judge import LazyJudge
from voice_interviewer.adapters.llama_trunk import LlamaTrunk
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.core.errors import ModelError

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import finished_data  # noqa: E402  (scripts are no package)

WEIGHTS = ROOT / "models" / finished.MODEL_ID / finished.MODEL_FILE
QUESTION = "How would you run the test?"

needs_weights = pytest.mark.skipif(not WEIGHTS.is_file(), reason="the small language model is not there")


# -- data ----------------------------------------------------------------------------------------------


def test_the_data_have_one_end_an_answer_and_no_answer_twice() -> None:
    for_training, held_out = finished_data.load_told("training"), finished_data.load_told("held out")
    assert len(for_training) >= 1400
    assert len(held_out) >= 80
    for told in (for_training, held_out):
        assert sum(stop.end for stop in finished_data.stops(told, None)) == len(told)
    words = {" ".join(one.pieces) for one in for_training}
    assert len(words) == len(for_training)
    assert not words & {" ".join(one.pieces) for one in held_out}


def test_no_answer_is_the_robots() -> None:
    # tests/data/turns.txt is what turn-taking is measured with; the head must not have seen it.
    robot = re.sub(r"\[[^\]]*\]", "", (ROOT / "tests" / "data" / "turns.txt").read_text(encoding="utf-8"))
    said = " ".join(robot.split())
    for one in finished_data.load_told("training"):
        for piece in one.pieces:
            assert len(piece.split()) < 6 or piece not in said, piece


def test_stops_are_written_as_recognised() -> None:
    told = finished_data.Told("x", "follow_up", "Why?", ("I think", "legal is first.", "Then I'd ask them."))
    clean = [stop.answer for stop in finished_data.stops([told], None)]
    assert clean == ["I think", "I think legal is first.", "I think legal is first. Then I'd ask them."]
    heard = {stop.answer for seed in range(30) for stop in finished_data.stops([told], seed)}
    assert "I think. Legal is first." in heard, "a full stop at a pause, and a capital after it"
    assert any("legal is first then" in one.lower() or "first, then" in one.lower() for one in heard)


# -- the judge -------------------------------------------------------------------------------------------


class Echo:
    """A model that makes two numbers of a token: its place, counted from one, and itself."""

    def __init__(self) -> None:
        self.seen: list[list[int]] = []

    def tokens(self, text: str) -> list[int]:
        return [len(word) for word in text.split()]

    def read(self, ids: list[int]) -> finished.Array:
        self.seen.append(ids)
        return np.array([(place, token) for place, token in enumerate(ids, 1)], dtype=np.float32)

    def forget(self) -> None:
        self.seen.clear()


def test_points_are_bounded_and_silence_says_nothing() -> None:
    def judge(weight: float) -> finished.FinishedJudge:
        weights = np.zeros(5, dtype=np.float32)
        weights[1], weights[-1] = weight, 0.5
        return finished.FinishedJudge(Echo(), weights)

    assert judge(9.0).judge(QUESTION, "We shipped it.") == finished.LIMIT
    assert judge(-9.0).judge(QUESTION, "We shipped it.") == -finished.LIMIT
    assert judge(0.1).judge(QUESTION, "We shipped it.") == pytest.approx(0.8), "three letters, and 0.5"
    assert judge(9.0).judge(QUESTION, "  ") == 0.0


def test_the_last_word_and_all_that_was_said_count() -> None:
    prompt = len(Echo().tokens(finished.PROMPT.format(question=QUESTION)))
    found = finished.state(Echo(), QUESTION, "We shipped it.")
    assert found[[0, 2]].tolist() == [prompt + 3, prompt + 2], "places"
    assert found[[1, 3]].tolist() == pytest.approx([3.0, 4.0]), "tokens: 'it.', and 2, 7, 3 on average"
    assert found.shape == (5,)
    assert found[-1] == 1.0
    finished.FinishedJudge(Echo(), found).prepare(QUESTION)  # before anything was said


def test_a_very_long_answer_is_forgotten_in_steps() -> None:
    echo = Echo()
    lengths = []
    for count in (finished.LONGEST, finished.LONGEST + 1, finished.LONGEST + 299, finished.LONGEST + 301):
        finished.state(echo, "", "word " * count)
        lengths.append(len(echo.seen[-1]))
    prompt = lengths[0] - finished.LONGEST
    assert [length - prompt for length in lengths] == [900, 601, 899, 601]


def test_a_head_trained_for_other_inputs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "head.npz"
    finished.save_head(path, np.zeros(3, dtype=np.float32))
    assert finished.load_head(path).shape == (3,)
    monkeypatch.setattr(finished, "LAYERS", 3)
    with pytest.raises(ModelError):
        finished.load_head(path)
    for damaged in (b"no head", b"PK\x03\x04 cut short", b""):
        path.write_bytes(damaged)
        with pytest.raises(ModelError):
            finished.load_head(path)


# -- the model -------------------------------------------------------------------------------------------


def gguf(notes: bytes, note_count: int, tensors: list[tuple[str, int, int, bytes]]) -> bytes:
    """A file with one-dimensional tensors: (name, numbers, kind, bytes)."""
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), note_count) + notes
    at = 0
    for name, count, kind, data in tensors:
        head += struct.pack("<Q", len(name)) + name.encode() + struct.pack("<IQIQ", 1, count, kind, at)
        at += -(-len(data) // 32) * 32
    head += bytes(-len(head) % 32)
    return head + b"".join(data + bytes(-len(data) % 32) for _, _, _, data in tensors)


def test_tensors_are_brought_to_32_bits(tmp_path: Path) -> None:
    half = struct.Struct("<e").pack
    eight = half(0.5) + bytes(range(32))
    four = half(2.0) + half(-1.0) + bytes([0x21] * 16)
    plain = struct.pack("<2f", 1.5, -2.5)
    note = struct.pack("<Q", 4) + b"size" + struct.pack("<II", 4, 7)
    path = tmp_path / "small.gguf"
    path.write_bytes(gguf(note, 1, [("e", 32, 8, eight), ("f", 32, 3, four), ("p", 2, 0, plain)]))
    file = GgufFile(path)
    assert file.notes == {"size": 7}
    assert file.tensor("e").tolist() == [0.5 * n for n in range(32)]
    assert file.tensor("f").tolist() == [1.0] * 16 + [3.0] * 16, "low digits first, then high ones"
    assert file.tensor("p").tolist() == [1.5, -2.5]


@pytest.mark.parametrize("keep", [0, 3, 30, 60])
def test_a_broken_file_is_one_clear_error(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "broken.gguf"
    note = struct.pack("<Q", 4) + b"text" + struct.pack("<IQ", 8, 99) + b"cut off"
    path.write_bytes(gguf(note, 1, [])[:keep])
    with pytest.raises(ModelError, match="cannot load"):
        LlamaTrunk(path, 1)


def test_the_command_line_keeps_the_mathematics_on_one_thread() -> None:
    code = (
        "import os, sys; from voice_interviewer.cli.main import main; early = 'numpy' in sys.modules;"
        "main(['no-such-command']); print(early, os.environ['OPENBLAS_NUM_THREADS'])"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split()[-2:] == ["False", "1"], done.stderr


@needs_weights
def test_what_was_read_before_need_not_be_read_again() -> None:
    one, other = LlamaTrunk(WEIGHTS, 2), LlamaTrunk(WEIGHTS, 2)
    ids = one.tokens("<|im_start|>user\nWhy?<|im_end|>\n I'd talk to ten customers first, then decide.")
    assert ids[0] == one.tokens("<|im_start|>")[0], "a mark is one token"
    for end in (3, 9, 7, len(ids)):  # grows, and is corrected
        grown = one.read(ids[:end])
    np.testing.assert_allclose(grown, other.read(ids), atol=1e-3)
    fewer = one.read([*ids[:-2], ids[-1]])
    assert not np.allclose(fewer[-1], grown[-1], atol=1e-2), "what came before counts"
    one.forget()
    np.testing.assert_allclose(one.read(ids), grown, atol=1e-3)


@needs_weights
def test_a_session_that_is_over_keeps_no_answer_in_mind() -> None:
    judge = LazyJudge(WEIGHTS.parent)
    judge.forget()  # never asked, nothing to load
    judge.judge(QUESTION, "I would start with the users, " * 40)
    tracemalloc.start()
    judge.judge(QUESTION, "We looked at the numbers first. " * 80)
    held = tracemalloc.get_traced_memory()[0]
    judge.forget()
    given_up = held - tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert given_up > 8e6, "some 500 tokens of 25 kB"


@needs_weights
def test_the_shipped_head_tells_ends_from_stops_in_answers_held_out() -> None:
    import train_finished as trainer

    trunk = LlamaTrunk(WEIGHTS, finished.LAYERS)
    judge = finished.FinishedJudge(trunk, finished.load_head(content_dir() / finished.HEAD))
    asked = [
        one for one in trainer.samples("held out", ((None, "own", 1),)) if one[0].told.kind == "follow_up"
    ]
    found = asked[:80]  # some seconds' worth
    points = np.array([judge.judge(question, stop.answer) for stop, question in found])
    assert trainer.auc(points, trainer.flags(found)) >= 0.7, "0.5 is chance"
    assert judge.judge(QUESTION, "I see this as a marketplace problem.") < 0.0
