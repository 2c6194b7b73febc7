"""What is noticed in single utterances, on the labelled lines: a floor under the published figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_interviewer.core import claims, clarifying, hands_free

FOLDER = Path(__file__).parent / "data" / "followups"


def lines(which: str, name: str) -> list[tuple[str, str]]:
    raw = (FOLDER / which / f"{name}.lst").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("|", 1) for line in raw if line and not line.startswith("#")]
    return [(label, text) for label, text in pairs]


def asked(text: str) -> str:
    return clarifying.wanted(text, {})


def requested(text: str) -> str:
    found = hands_free.match(text)
    return found.kind if found else "-"


def doubted(text: str) -> str:
    return "weak" if claims.weak_claims(text) else "-"


@pytest.mark.parametrize("which", ["tuned", "held-out"])
@pytest.mark.parametrize(
    ("name", "notice", "precision_floor", "recall_floor"),
    [
        ("clarifying", asked, 0.5, 0.5),
        ("hands-free", requested, 0.97, 0.9),
        ("claims", doubted, 0.9, 0.7),
    ],
)
def test_notices_what_it_should_and_little_else(
    which: str, name: str, notice: object, precision_floor: float, recall_floor: float
) -> None:
    assert callable(notice)
    pairs = [(label, notice(text)) for label, text in lines(which, name)]
    hits = sum(label == found != "-" for label, found in pairs)
    claimed = sum(found != "-" for _, found in pairs)
    true = sum(label != "-" for label, _ in pairs)
    assert hits / claimed >= precision_floor
    assert hits / true >= recall_floor


def test_a_doubt_quotes_the_candidates_own_words() -> None:
    for _, text in lines("tuned", "claims"):
        for claim in claims.weak_claims(text):
            words = claim.quote.lower().replace("no ", "", 1).split()
            assert all(word in text.lower() for word in words), claim
            assert len(claim.quote.split()) <= 7
            assert claim.kind in claims.PUSH_BACKS
