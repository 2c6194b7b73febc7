"""The figures of the report, one rule at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import report_samples
from tests.report_samples import Script
from voice_interviewer.analysis.corrections import (
    corrections_document,
    parse_corrections,
    parse_filler_id,
)
from voice_interviewer.analysis.record import PhaseSpan, PromptSpan, SessionRecord, VocalFillerEvent
from voice_interviewer.analysis.report import build_report
from voice_interviewer.analysis.thresholds import DEFAULT_THRESHOLDS, place, with_overrides
from voice_interviewer.core.errors import SessionError, UsageError
from voice_interviewer.core.speech import Utterance, Word
from voice_interviewer.render.json_report import to_json


def timed(*words: tuple[str, float, float]) -> tuple[Word, ...]:
    return tuple(Word(text, start_s, end_s, 0.9) for text, start_s, end_s in words)


def record(words: Sequence[Word], **facts: object) -> SessionRecord:
    utterances = (Utterance(1, words[0].start_s, words[-1].end_s, tuple(words)),) if words else ()
    known: dict[str, object] = {
        "id": "s",
        "kind": "review",
        "started_at": "2026-03-02T10:15:00+00:00",
        "duration_s": (words[-1].end_s if words else 0.0) + 1.0,
        "utterances": utterances,
    }
    return SessionRecord(**{**known, **facts})  # type: ignore[arg-type]


# -- turns and pace ------------------------------------------------------------------------------


def test_speech_rate_counts_words_without_ums_over_the_time_of_the_turn() -> None:
    words = timed(("We", 1.0, 1.2), ("um", 1.4, 1.7), ("built", 2.5, 2.9), ("it.", 2.9, 3.0))
    pacing = build_report(record(words)).pacing
    assert pacing.words == 3
    assert pacing.speaking_s == pytest.approx(2.0)
    assert pacing.speech_rate_wpm == pytest.approx(90.0)
    assert pacing.phonation_s == pytest.approx(2.0 - 0.8)  # 1.2 -> 1.4 is too short for a pause
    assert pacing.articulation_rate_wpm == pytest.approx(3 / 1.2 * 60)


def test_time_in_which_the_interviewer_speaks_belongs_to_no_turn() -> None:
    first = Utterance(1, 0.0, 2.0, timed(("One", 0.0, 1.0), ("two.", 1.0, 2.0)))
    second = Utterance(2, 10.0, 12.0, timed(("Three", 10.0, 11.0), ("four.", 11.0, 12.0)))
    prompt = PromptSpan(1, 3.0, 9.0, "And then?", "follow_up")
    report = build_report(record((), utterances=(first, second), prompts=(prompt,), duration_s=13.0))
    assert [turn.by for turn in report.turns] == ["candidate", "interviewer", "candidate"]
    assert report.pacing.speaking_s == pytest.approx(4.0)
    assert [(pause.kind, pause.length_s) for pause in report.pauses.events] == [("before_answer", 1.0)]


def test_talking_over_the_end_of_a_prompt_begins_a_new_turn() -> None:
    first = Utterance(1, 0.0, 2.0, timed(("One", 0.0, 2.0)))
    second = Utterance(2, 4.0, 6.0, timed(("Wait", 4.0, 6.0)))
    prompt = PromptSpan(1, 3.0, 5.0, "And how would", "follow_up", interrupted=True)
    report = build_report(record((), utterances=(first, second), prompts=(prompt,), duration_s=7.0))
    assert [turn.by for turn in report.turns] == ["candidate", "interviewer", "candidate"]
    assert report.delivery.interruptions_by_candidate == (4.0,)


def test_a_murmur_while_the_candidate_speaks_splits_nothing() -> None:
    words = timed(("One", 0.0, 1.0), ("two", 1.0, 3.0), ("three.", 3.0, 4.0))
    murmur = PromptSpan(1, 1.5, 1.9, "Mm-hm.", "acknowledgement")
    report = build_report(record(words, prompts=(murmur,)))
    assert [turn.text for turn in report.turns if turn.by == "candidate"] == ["One two three."]
    assert report.delivery.interruptions_by_interviewer == ()


def test_a_long_silence_ends_a_turn_only_where_no_interviewer_is_known() -> None:
    words = timed(("One", 0.0, 1.0), ("two.", 13.0, 14.0))
    report = build_report(record(words))
    assert report.pacing.speaking_s == pytest.approx(2.0)
    assert [pause.kind for pause in report.pauses.events] == ["break"]
    known = build_report(record(words, prompts=(PromptSpan(1, 20.0, 21.0, "Thanks.", "closing"),)))
    assert known.pacing.speaking_s == pytest.approx(14.0)


def test_the_curve_follows_a_change_of_pace() -> None:
    script = Script(pace=0.8)
    for _ in range(8):
        script.say("We looked at the numbers and found that people left early.")
    slow_until_s = script.at_s
    for _ in range(16):
        script.say("We looked at the numbers and found that people left early.", pace=2.2)
    curve = build_report(script.record(kind="review")).pacing.curve
    early = [point.wpm for point in curve if point.at_s < slow_until_s - 15]
    late = [point.wpm for point in curve if point.at_s > slow_until_s + 15]
    assert early
    assert late
    assert max(early) < min(late) - 30


def test_stretches_are_beyond_the_range_the_user_set() -> None:
    script = Script(pace=2.2)
    for _ in range(10):
        script.say("We looked at the numbers and found that people left early and never came back to us.")
    kept = build_report(script.record(kind="review"))
    assert [stretch.kind for stretch in kept.pacing.stretches] == ["fast"]
    own = with_overrides({"speech_rate_wpm": {"good_high": 300, "fine_high": 400}})
    assert build_report(script.record(kind="review"), thresholds=own).pacing.stretches == ()


# -- pauses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("done.", "Then", "between_sentences"),
        ("done,", "then", "between_clauses"),
        ("done", "and", "between_clauses"),
        ("the", "house", "inside_clause"),
    ],
)
def test_a_pause_is_named_by_its_place(before: str, after: str, kind: str) -> None:
    words = timed((before, 0.0, 1.0), (after, 1.5, 2.0))
    assert [pause.kind for pause in build_report(record(words)).pauses.events] == [kind]


@pytest.mark.parametrize(("gap_s", "count"), [(0.249, 0), (0.25, 1), (0.3, 1)])
def test_pauses_count_from_250_ms(gap_s: float, count: int) -> None:
    words = timed(("one", 0.0, 1.0), ("two", 1.0 + gap_s, 2.0))
    assert build_report(record(words)).pauses.count == count


def test_an_um_of_the_audio_breaks_a_pause() -> None:
    words = timed(("one", 0.0, 1.0), ("two", 2.0, 3.0))
    um = VocalFillerEvent("um", 1.2, 1.8, 0.8, ("flat vowel",))
    assert build_report(record(words)).pauses.total_s == pytest.approx(1.0)
    assert build_report(record(words, vocal_fillers=(um,))).pauses.count == 0


def test_thinking_before_an_answer_changes_no_rate_and_no_advice() -> None:
    quick, slow = Script(), Script()
    text = "We looked at the numbers, and found that people left early. " * 6
    quick.ask("Why?", "question", wait_s=0.5).say(text)
    slow.ask("Why?", "question", wait_s=45.0).say(text)
    one, other = build_report(quick.record()), build_report(slow.record())
    assert one.pacing.speech_rate_wpm == pytest.approx(other.pacing.speech_rate_wpm, rel=1e-3)
    assert [item.id for item in one.advice.work_on] == [item.id for item in other.advice.work_on]
    assert other.pauses.by_kind["before_answer"].longest_s == pytest.approx(45.0, abs=0.1)


# -- fillers -------------------------------------------------------------------------------------


def test_an_um_found_twice_counts_once() -> None:
    words = timed(("So", 0.0, 0.3), ("um,", 0.5, 0.8), ("yes", 1.0, 1.4))
    heard = VocalFillerEvent("uh", 0.45, 0.85, 0.7, ("flat vowel",))
    events = build_report(record(words, vocal_fillers=(heard,))).fillers.events
    assert [(event.token, event.evidence) for event in events if event.category == "vocal"] == [
        ("uh", ("recogniser", "flat vowel"))
    ]


def test_two_ums_side_by_side_stay_two() -> None:
    words = timed(("um,", 0.0, 0.3), ("um", 0.35, 0.7), ("yes", 1.0, 1.4))
    heard = VocalFillerEvent("um", 0.0, 0.3, 0.7, ("flat vowel",))
    assert build_report(record(words, vocal_fillers=(heard,))).fillers.vocal.count == 2


@pytest.mark.parametrize("text", ["ER", "uh-huh", "mm-hmm", "umbrella", "her", "ah", "US"])
def test_these_are_no_ums(text: str) -> None:
    assert build_report(record(timed((text, 0.0, 1.0), ("yes", 1.0, 2.0)))).fillers.vocal.count == 0


@pytest.mark.parametrize("text", ["um", "Um,", "uh...", "Erm.", "hmm", "uhm", "er,", "Mmm."])
def test_these_are_ums(text: str) -> None:
    assert build_report(record(timed((text, 0.0, 1.0), ("yes", 1.0, 2.0)))).fillers.vocal.count == 1


def test_a_rejected_filler_counts_nowhere_and_is_still_listed() -> None:
    sample = report_samples.interview()
    before = build_report(sample)
    first = next(event for event in before.fillers.events if event.token == "um")
    key = parse_filler_id(first.id)
    after = build_report(replace(sample, rejected_fillers=frozenset({(key[0], key[1] + 120)})))
    assert after.fillers.vocal.count == before.fillers.vocal.count - 1
    assert [event.id for event in after.fillers.rejected] == [first.id]
    assert after.fillers.by_token["um"] == before.fillers.by_token["um"] - 1


def test_hedges_restarts_and_repeats_are_no_fillers() -> None:
    script = Script().say("I think maybe we, we should wait. It is sort of late. We should, we could leave.")
    report = build_report(script.record(kind="review"))
    assert [event.token for event in report.hedges.events] == ["i think maybe", "sort of"]
    assert [event.token for event in report.repeats.events] == ["we"]
    assert [event.token for event in report.restarts.events] == ["we should"]
    assert report.fillers.events == ()


# -- corrections and thresholds ------------------------------------------------------------------


def test_corrections_survive_their_file() -> None:
    rejected = {("you know", 12340), ("um", 500)}
    assert parse_corrections(corrections_document("s", rejected), session_id="s") == rejected


@pytest.mark.parametrize(
    "document",
    [None, {}, {"format": "other"}, {"format": "voice-interviewer.corrections/1", "not_fillers": [{}]}],
)
def test_damaged_corrections_are_refused(document: object) -> None:
    with pytest.raises(SessionError):
        parse_corrections(document)


def test_corrections_of_another_session_are_refused() -> None:
    with pytest.raises(SessionError, match="belong to session a"):
        parse_corrections(corrections_document("a", []), session_id="b")


def test_a_range_that_does_not_hold_together_is_refused() -> None:
    with pytest.raises(UsageError, match="does not hold together"):
        with_overrides({"speech_rate_wpm": {"good_low": 200}})
    with pytest.raises(UsageError, match="unknown threshold"):
        with_overrides({"speech_rate": {"good_low": 100}})


def test_few_fillers_are_in_the_good_range() -> None:
    assert place(0.0, DEFAULT_THRESHOLDS["vocal_fillers_per_minute"]) == "good"
    assert place(200.0, DEFAULT_THRESHOLDS["speech_rate_wpm"]) == "high"


# -- substance and advice ------------------------------------------------------------------------


def test_phases_are_measured_against_their_budgets_and_groups() -> None:
    by_id = {phase.id: phase for phase in build_report(report_samples.interview()).phases}
    assert by_id["cut"].status == "touched"  # no time of its own, but its reason was given elsewhere
    assert by_id["summarize"].status == "skipped"
    assert by_id["identify"].spent_s == pytest.approx(
        sum(span.end_s - span.start_s for span in by_id["identify"].spans)
    )
    assert by_id["identify"].status == by_id["report"].status  # they share a budget
    spans = (PhaseSpan("comprehend", 0.0, 100.0), PhaseSpan("identify", 100.0, 104.0))
    over = build_report(replace(report_samples.interview(), phase_spans=spans)).phases
    assert over[0].status == "over"


def test_star_is_measured_in_shares() -> None:
    report = build_report(report_samples.story())
    shares = report.substance.star_shares
    assert shares is not None
    assert sum(shares.values()) == pytest.approx(1.0)
    assert report.phases[0].status == "over"
    assert "star" in [item.id for item in report.advice.work_on]


def test_a_rubric_line_shows_the_words_that_prove_it() -> None:
    (line,) = build_report(report_samples.interview()).substance.rubric
    assert [signal.id for signal in line.heard] == ["goal", "reason"]
    assert [signal.id for signal in line.not_heard] == ["metric"]
    assert "goal" in line.heard[0].quotes[0].text


def test_numbers_and_pronouns_are_counted_without_ways_of_speaking() -> None:
    script = Script().say(
        "I think we grew by 12 percent. I built it in three weeks, I mean, I was alone. "
        "One could say it was a lot of work."
    )
    substance = build_report(script.record(kind="review")).substance
    assert len(substance.numbers) == 2
    assert len(substance.vague) == 1
    assert (substance.pronouns.i, substance.pronouns.we) == (2, 1)


def test_counting_through_a_list_is_no_figure() -> None:
    script = Script().say(
        "There are three options. One, a belt. Two, a cane. It costs 40 dollars for two years."
    )
    numbers = build_report(script.record(kind="review")).substance.numbers
    assert len(numbers) == 2
    assert {quote.text for quote in numbers} == {"It costs 40 dollars for two years."}


@pytest.mark.parametrize("sample", [report_samples.interview, report_samples.story])
def test_advice_is_one_strength_and_at_most_three_things_with_moments_to_hear(sample: object) -> None:
    made = sample()  # type: ignore[operator]
    advice = build_report(made).advice
    assert advice.strength is not None
    assert 1 <= len(advice.work_on) <= 3
    for item in (advice.strength, *advice.work_on):
        assert 1 <= len(item.examples) <= 2
        for example in item.examples:
            assert 0 <= example.start_s < example.end_s <= made.duration_s
            assert example.quote
        starts = [(example.start_s, example.end_s) for example in item.examples]
        assert len(starts) == 1 or starts[0][1] <= starts[1][0] or starts[1][1] <= starts[0][0]
    assert advice.strength.id not in [item.id for item in advice.work_on]


def test_a_poor_recording_is_not_judged() -> None:
    sample = report_samples.interview()
    doubtful = tuple(
        replace(u, words=tuple(replace(word, probability=0.3) for word in u.words)) for u in sample.utterances
    )
    report = build_report(replace(sample, utterances=doubtful))
    assert report.quality.verdict == "poor"
    assert report.advice.work_on == ()
    assert report.advice.strength is None
    assert "Too poor" in report.advice.withheld
    assert any("too poor to judge" in note for note in report.notes)


def test_nothing_said_gives_zeros_and_says_so() -> None:
    report = build_report(report_samples.silence())
    assert report.pacing.speech_rate_wpm == 0.0
    assert report.quality.verdict == "none"
    assert report.notes


@st.composite
def spoken(draw: st.DrawFn) -> list[Word]:
    vocabulary = ["um", "like", "so,", "the", "We", "grew.", "you", "know", "I", "mean", "12", "uh", "right?"]
    words: list[Word] = []
    at_s = 0.0
    for text in draw(st.lists(st.sampled_from(vocabulary), max_size=60)):
        at_s += draw(st.floats(0, 3))
        end_s = at_s + draw(st.floats(0.02, 0.6))
        words.append(Word(text, at_s, end_s, draw(st.floats(0, 1))))
        at_s = end_s
    return words


@settings(max_examples=150, deadline=None)
@given(spoken())
def test_any_words_give_a_report_that_holds_together(words: list[Word]) -> None:
    report = build_report(record(words))
    to_json(report)
    assert report.pacing.phonation_s <= report.pacing.speaking_s + 1e-9
    assert (
        report.pacing.articulation_rate_wpm >= report.pacing.speech_rate_wpm - 1e-6 or not report.pacing.words
    )
    assert report.fillers.vocal.count + report.fillers.lexical.count == len(report.fillers.events)
    covered = [index for event in report.fillers.events for index in event.words]
    assert len(covered) == len(set(covered))
    for pause in report.pauses.events:
        assert pause.length_s >= 0.2499
