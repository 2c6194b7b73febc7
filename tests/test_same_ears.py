"""The report hears what the interviewer heard: by meaning as well as by patterns, live and afterwards."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.small_content import framework
from voice_interviewer import reporting
from voice_interviewer.adapters import journal, meanings_later, second_look, session_folder
from voice_interviewer.adapters.content_files import load_framework, load_question
from voice_interviewer.adapters.going_on import setup_of
from voice_interviewer.adapters.journal import Journal
from voice_interviewer.adapters.meanings_later import complete
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.analysis.findings import Report
from voice_interviewer.analysis.from_journal import build_record
from voice_interviewer.analysis.report import build_report
from voice_interviewer.cli.recogniser import careful_listener
from voice_interviewer.core import commands as c
from voice_interviewer.core import events as e
from voice_interviewer.core.codec import encode
from voice_interviewer.core.hearing import GIVEN_ELSEWHERE, GIVEN_HERE, PROVED_BY
from voice_interviewer.core.interviewer import Interviewer
from voice_interviewer.core.signals import GIVES
from voice_interviewer.core.speech import Word
from voice_interviewer.runtime.replay import replay

SAID = "So let me see what we have here. Riders in the evening would come first for me."


def words(text: str, start_s: float = 10.0) -> tuple[Word, ...]:
    return tuple(Word(word, start_s + at, start_s + at + 0.5, 0.9) for at, word in enumerate(text.split()))


def heard(report: Report) -> dict[str, list[str]]:
    return {
        signal.id: [quote.text for quote in signal.quotes]
        for phase in report.phases
        for signal in phase.signals
        if signal.heard
    }


def report_of(meanings: dict[str, float], *, phase: int = 0, note: object = None) -> Report:
    small = framework()
    said = words(SAID)
    where = small.phases[phase].id
    items: list[e.Event | c.Command] = [
        e.UtteranceEnded(40.0, 1, 10.0, 40.0),
        e.Transcribed(40.0, 1, 10.0, 40.0, said, True, meanings),
        c.MarkPhase(1, where, 10.0, 40.0, 0.9),
        e.UtteranceEnded(60.0, 2, 50.0, 60.0),
        e.Transcribed(60.0, 2, 50.0, 60.0, words("And so on.", 50.0)),
        c.MarkPhase(2, where, 50.0, 60.0, 0.9),
    ]
    lines = [encode(item) for item in items]
    if note is not None:
        lines.append({"note": {"meant": note}})
    header = {"id": "s", "kind": "practice", "started_at": "2026-03-02T10:15:00+00:00"}
    return build_report(build_record(header, lines, framework=small, question=None))


def signal_of(phase: int) -> str:
    return framework().phases[phase].signals[0].id


def test_what_a_line_gave_by_its_meaning_is_heard_with_the_words_that_give_it() -> None:
    one = signal_of(0)
    report = report_of({GIVES + one: GIVEN_HERE, PROVED_BY + one: 1.0})
    assert heard(report)[one] == ["Riders in the evening would come first for me."]
    (quote,) = next(s for s in report.phases[0].signals if s.id == one).quotes
    assert (quote.start_s, quote.end_s) == (18.0, 26.5)
    assert [report.words[at].text for at in quote.words][:2] == ["Riders", "in"]


def test_the_report_goes_by_the_interviewers_own_rule() -> None:
    here, elsewhere = signal_of(0), signal_of(-1)
    assert here not in heard(report_of({GIVES + here: GIVEN_HERE - 0.01}))
    assert elsewhere not in heard(report_of({GIVES + elsewhere: GIVEN_ELSEWHERE - 0.01}))
    assert elsewhere in heard(report_of({GIVES + elsewhere: GIVEN_ELSEWHERE}))


def test_where_no_passage_is_named_all_that_was_said_is_the_proof() -> None:
    one = signal_of(0)
    for place in ({}, {PROVED_BY + one: 7.0}):
        assert heard(report_of({GIVES + one: 0.9, **place}))[one] == [SAID]


def test_what_was_read_afterwards_adds_to_what_was_heard_at_the_time() -> None:
    first, last = signal_of(0), signal_of(-1)
    both = report_of({GIVES + first: 0.9}, note=[[1, {GIVES + last: 0.9, PROVED_BY + last: 0.0}]])
    assert heard(both)[first] == [SAID]
    assert heard(both)[last] == ["So let me see what we have here."]


# -- with the real recogniser, sentence model and heads ------------------------------------------


def what_the_interviewer_heard(folder: SessionFolder) -> set[str]:
    interviewer = Interviewer(setup_of(journal.read_header(folder.journal), folder.id))
    replay(interviewer, journal.read_lines(folder.journal))
    return interviewer.memory.heard_ids


def report_signals(folder: SessionFolder) -> dict[str, list[str]]:
    return heard(build_report(session_folder.load_record(folder)))


@pytest.fixture
def kept(short_session: SessionFolder, tmp_path: Path) -> SessionFolder:
    shutil.copytree(short_session.path, tmp_path / short_session.id)
    return SessionFolder(tmp_path / short_session.id)


def without_meanings(folder: SessionFolder) -> None:
    """As words are kept that were transcribed after the session."""
    lines = []
    for text in folder.journal.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        line.pop("meanings", None)
        line.get("note", {}).pop("meant", None)
        lines.append(json.dumps(line))
    folder.journal.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_session_reports_all_that_its_interviewer_heard(kept: SessionFolder) -> None:
    to_the_interviewer = what_the_interviewer_heard(kept)
    reported = report_signals(kept)
    assert to_the_interviewer and to_the_interviewer <= set(reported)
    without_meanings(kept)
    assert set(report_signals(kept)) < set(reported), "some of it is heard by meaning alone"


def test_words_that_nobody_read_for_their_meaning_are_read_before_the_report(kept: SessionFolder) -> None:
    before = report_signals(kept)
    without_meanings(kept)
    reporting.make_report(kept)
    assert set(before) <= set(report_signals(kept))
    once = kept.journal.read_bytes()
    reporting.make_report(kept)
    assert kept.journal.read_bytes() == once, "what was read is not read again"


def test_a_second_look_keeps_what_was_heard_and_proves_it_with_its_own_words(kept: SessionFolder) -> None:
    to_the_interviewer = what_the_interviewer_heard(kept)
    second_look.listen_again(kept, careful_listener("whisper-base"))
    reported = report_signals(kept)
    assert to_the_interviewer <= set(reported)
    record = session_folder.load_record(kept)
    assert any("meant" in line.get("note", {}) for line in journal.read_lines(kept.journal))
    said = " ".join(word.text for utterance in record.utterances for word in utterance.words)
    for quotes in reported.values():
        for quote in quotes:
            assert quote.strip("… ").split()[0] in said


def test_without_the_sentence_model_the_report_goes_by_patterns(
    kept: SessionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meanings_later, "understanding_of", lambda *_args: None)
    without_meanings(kept)
    assert complete(kept) == 0
    assert report_signals(kept)


def test_a_session_without_framework_is_left_alone(tmp_path: Path) -> None:
    folder = SessionFolder(tmp_path)
    with Journal(folder.journal, {"id": "x", "kind": "review", "started_at": "2026-02-01"}) as log:
        log.write(e.Transcribed(3.0, 1, 1.0, 3.0, words("We shipped it.")), 3.0)
    assert complete(folder) == 0


def test_all_of_a_framework_is_understood_where_one_phase_is_taken_again() -> None:
    from voice_interviewer.adapters.noticing import Noticing
    from voice_interviewer.adapters.signal_heads import understanding_of
    from voice_interviewer.core.one_phase import only_phase
    from voice_interviewer.staging import Practice

    whole = load_framework("circles")
    question = load_question("design-product-for-the-blind")
    part, cut = only_phase(whole, question, "evaluate")
    assert understanding_of(part) is None
    practice = Practice(part, cut, 5.0, Path(), 1, only_phase="evaluate")
    assert isinstance(practice.understanding(), Noticing)
