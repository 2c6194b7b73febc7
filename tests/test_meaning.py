"""The phase heads: kept weights that fit their cues, likelihoods that make sense, the model in numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voice_interviewer.adapters.content_files import load_framework, load_frameworks
from voice_interviewer.adapters.meaning import MODEL_ID, PIECE_WORDS, PhaseHeads, pieces, scorer_for
from voice_interviewer.adapters.meaning_features import cue_digest, grams
from voice_interviewer.adapters.minilm import MiniLm
from voice_interviewer.adapters.models import model_path
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.core.content import Framework
from voice_interviewer.core.errors import ModelError
from voice_interviewer.core.phase_evidence import OPENS

FRAMEWORKS = load_frameworks()


def model_folder() -> Path:
    try:
        return model_path(MODEL_ID)
    except ModelError:
        pytest.skip("SKIPPED LOUDLY: the sentence model is not on this machine")


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda one: one.id)
def test_heads_are_kept_for_every_framework_and_fit_its_cues(framework: Framework) -> None:
    heads, digest = PhaseHeads.load(content_dir() / "phase_heads" / f"{framework.id}.npz")
    count = len(framework.phases)
    assert digest == cue_digest(framework), "cues changed: run scripts/train_phases.py"
    assert (
        heads.phase.shape == heads.opening.shape == (384 + len(heads.vocabulary) + 2 * count + 1, count + 1)
    )
    assert np.isfinite(heads.phase).all()
    assert (heads.priors > 0).all()


def test_the_embedder_gives_the_models_published_similarities() -> None:
    model = MiniLm(model_folder())
    happy, happier, sunny = model.embed(
        ["That is a happy person", "That is a very happy person", "Today is a sunny day"]
    )
    assert float(happy @ happy) == pytest.approx(1.0, abs=1e-4)
    assert float(happy @ happier) == pytest.approx(0.943, abs=0.005)
    assert float(happy @ sunny) == pytest.approx(0.257, abs=0.005)


def test_very_long_lines_are_cut_and_none_gives_none() -> None:
    model = MiniLm(model_folder())
    assert model.embed(["word " * 2000]).shape == (1, 384)
    assert model.embed([]).shape == (0, 384)


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("Is it for a specific country and do we have a budget in mind?", "comprehend"),
        ("The first group would be retired people and the second one young families.", "identify"),
        ("She has to wait for an hour and it's really frustrating because nobody tells her why.", "report"),
        ("Another idea would be a device on the wall that lights up when somebody is at the door.", "list"),
        ("The engineering effort is high but the impact is higher than for the other feature.", "evaluate"),
        ("To summarize, I'd track weekly active users and retention as my success metrics.", "summarize"),
    ],
)
def test_lines_without_the_frameworks_words_are_understood(text: str, phase: str) -> None:
    scorer = scorer_for(load_framework("circles"), model_folder=model_folder())
    assert scorer is not None
    scores = scorer.scores(text)
    fits = {key: value for key, value in scores.items() if not key.startswith(OPENS)}
    assert sum(fits.values()) == pytest.approx(1.0, abs=1e-4)
    assert max(fits, key=lambda key: fits[key]) == phase


def test_an_opening_is_told_from_a_plan() -> None:
    scorer = scorer_for(load_framework("circles"), model_folder=model_folder())
    assert scorer is not None
    opens = scorer.scores("Okay, so next I want to look at the pain points of these users.")
    plans = scorer.scores("I'll go through the users, then the pain points, and then some solutions.")
    assert opens[OPENS + "report"] > 5 * plans[OPENS + "report"]


@pytest.mark.parametrize("count", [0, 1, 36, 37, 100, 3000])
def test_long_lines_are_read_in_pieces_that_lose_nothing(count: int) -> None:
    words = [f"word{at}" + "." * (at % 7 == 0) for at in range(count)]
    read = pieces("  " + "  ".join(words))
    assert " ".join(read) == " ".join(words)
    assert all(len(one.split()) <= 2 * PIECE_WORDS for one in read)


def test_a_minute_in_one_line_is_told_by_most_of_it() -> None:
    scorer = scorer_for(load_framework("circles"), model_folder=model_folder())
    assert scorer is not None
    long = (
        "She has to wait for an hour and it's really frustrating because nobody tells her why. "
        "Then she doesn't know where to go, she feels lost and she's embarrassed to ask again. "
        "The biggest pain is that she can't plan anything, and she struggles to get home in time. "
        "So that's what goes wrong for her on a usual day."
    )
    scores = scorer.scores(long)
    fits = {key: value for key, value in scores.items() if not key.startswith(OPENS)}
    assert len(scores) == 2 * len(fits) == 14
    assert sum(fits.values()) == pytest.approx(1.0, abs=1e-4)
    assert max(fits, key=lambda key: fits[key]) == "report"


def test_nothing_said_has_no_meaning() -> None:
    scorer = scorer_for(load_framework("star"), model_folder=model_folder())
    assert scorer is not None
    assert scorer.scores("  ") == {}


def test_without_heads_there_is_no_scorer(tmp_path: Path) -> None:
    framework = load_framework("circles")
    assert scorer_for(framework, model_folder=tmp_path, content_folder=tmp_path) is None


def test_heads_trained_with_other_cues_are_not_used(tmp_path: Path) -> None:
    framework = load_framework("star")
    heads, _ = PhaseHeads.load(content_dir() / "phase_heads" / "star.npz")
    (tmp_path / "phase_heads").mkdir()
    heads.save(tmp_path / "phase_heads" / "star.npz", "other cues")
    assert scorer_for(framework, model_folder=tmp_path, content_folder=tmp_path) is None


def test_broken_heads_and_weights_give_one_line(tmp_path: Path) -> None:
    (tmp_path / "phase_heads").mkdir()
    (tmp_path / "phase_heads" / "star.npz").write_bytes(b"not an archive")
    with pytest.raises(ModelError, match=r"star\.npz"):
        scorer_for(load_framework("star"), model_folder=tmp_path, content_folder=tmp_path)
    with pytest.raises(ModelError, match="cannot load the sentence model"):
        MiniLm(tmp_path)


def test_grams_fold_digits_and_mark_the_beginning() -> None:
    assert {"i'd", "<s> i'd", "say # percent"} <= grams("I\u2019d say 40 percent")
