"""An interview that was broken off goes on: in the core alone, at any moment."""

from __future__ import annotations

import copy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rehearsal import Rehearsal
from tests.small_content import framework, question
from voice_interviewer.core import commands as c
from voice_interviewer.core import events as e
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.core.one_phase import only_phase, phase_budget_s
from voice_interviewer.core.speech import Word

ANSWER = "I would look at students, because they ride every day and they cannot drive to school."


def broken_off(after_s: float, *, killed: bool = False) -> Rehearsal:
    """An interview with two answers, broken off so many seconds after its start."""
    rehearsal = Rehearsal(Interviewer(Setup(framework(), question(), 6.0, 3)))
    rehearsal.start()
    rehearsal.answers(ANSWER)
    rehearsal.says("The goal is more people on time.")
    rehearsal.run_until(max(after_s, 0.0))
    event = e.SessionCutShort(rehearsal.now_s) if killed else e.StopRequested(rehearsal.now_s)
    rehearsal._handle(event)
    return rehearsal


def come_back(rehearsal: Rehearsal, *, after_s: float = 0.0) -> Rehearsal:
    """The same interview in a new run of the program: nothing under way has survived."""
    rehearsal._heap.clear()
    rehearsal._free_s = 0.0
    rehearsal._handle(e.SessionResumed(rehearsal.now_s + after_s))
    return rehearsal


def test_it_says_where_we_were_and_listens() -> None:
    rehearsal = broken_off(0.0)
    assert rehearsal.reason == "stopped by the candidate"
    assert rehearsal.interviewer.can_go_on
    before = len(rehearsal.prompts)
    come_back(rehearsal).run_until_listening(least_prompts=before + 1)
    (welcome,) = rehearsal.prompts[before:]
    phase = rehearsal.interviewer.memory.agenda.current
    assert framework().phase(phase).name in welcome.text
    assert str(rehearsal.interviewer.state) == "listening"


def test_the_time_left_is_what_it_was() -> None:
    rehearsal = broken_off(0.0)
    left_s = rehearsal.interviewer.agenda.left_s(rehearsal.now_s)
    come_back(rehearsal)
    assert rehearsal.interviewer.agenda.left_s(rehearsal.now_s) == left_s


def test_words_understood_after_the_break_count() -> None:
    rehearsal = broken_off(0.0, killed=True)
    words = tuple(Word(w, rehearsal.now_s, rehearsal.now_s, 0.9) for w in "students cannot drive".split())
    late = e.Transcribed(rehearsal.now_s, 1_000_000, rehearsal.now_s, rehearsal.now_s, words)
    assert rehearsal.interviewer.handle(late) == []
    out = rehearsal.interviewer.handle(e.SessionResumed(rehearsal.now_s))
    assert [mark.utterance_id for mark in out if isinstance(mark, c.MarkPhase)] == [1_000_000]
    assert rehearsal.interviewer.memory.said_stems & {"student", "students"}


def test_a_question_that_was_not_heard_is_asked_again() -> None:
    rehearsal = Rehearsal(Interviewer(Setup(framework(), question(), 6.0, 3)))
    rehearsal._handle(e.SessionStarted(0.0))
    rehearsal.run_until(1.0)
    rehearsal._handle(e.SessionCutShort(1.0))
    come_back(rehearsal).run_until_listening(least_prompts=5)
    assert rehearsal.prompts[-1].text == question().wording
    assert rehearsal.interviewer.agenda.started_s is not None


def test_an_interview_that_came_to_its_end_cannot_go_on() -> None:
    rehearsal = Rehearsal(Interviewer(Setup(framework(), question(), 6.0, 3))).start()
    rehearsal._handle(e.CommandGiven(rehearsal.now_s, "end"))
    assert not rehearsal.interviewer.can_go_on
    rehearsal.run_to_the_end()
    assert rehearsal.reason == "completed" and not rehearsal.interviewer.can_go_on


def test_broken_off_in_a_pause_the_clock_runs_again() -> None:
    rehearsal = Rehearsal(Interviewer(Setup(framework(), question(), 6.0, 3))).start()
    rehearsal._handle(e.CommandGiven(rehearsal.now_s, "pause"))
    rehearsal.wait(5.0)
    rehearsal._handle(e.StopRequested(rehearsal.now_s))
    come_back(rehearsal).run_until_listening()
    first = rehearsal.interviewer.agenda.left_s(rehearsal.now_s)
    assert rehearsal.interviewer.agenda.left_s(rehearsal.now_s + 10) < first


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(0.1, 90.0), min_size=1, max_size=3), st.booleans(), st.integers(0, 50))
def test_broken_off_at_any_moment_it_goes_on_and_ends(breaks: list[float], killed: bool, seed: int) -> None:
    rehearsal = Rehearsal(Interviewer(Setup(framework(), question(), 4.0, seed)))
    rehearsal._handle(e.SessionStarted(0.0))
    for gap_s in breaks:
        rehearsal.run_until(rehearsal.now_s + gap_s)
        if rehearsal.interviewer.state == "finished" or not rehearsal.interviewer.can_go_on:
            return
        stop = e.SessionCutShort if killed else e.StopRequested
        rehearsal._handle(stop(rehearsal.now_s))
        come_back(rehearsal, after_s=0.5)
    rehearsal.run_until_listening()
    if rehearsal.interviewer.state != "finished":
        rehearsal.says(ANSWER)
    rehearsal.run_to_the_end()
    assert rehearsal.reason == "completed"
    questions = [say for say in rehearsal.finished if say.spoken == question().wording]
    assert questions, "the question was never heard to its end"


@settings(max_examples=20, deadline=None)
@given(st.floats(1.0, 60.0), st.booleans())
def test_a_replay_over_the_break_decides_the_same(after_s: float, killed: bool) -> None:
    rehearsal = broken_off(after_s, killed=killed)
    come_back(rehearsal, after_s=1.0).run_until_listening()
    rehearsal.says(ANSWER)
    again = Interviewer(Setup(framework(), question(), 6.0, 3))
    commands = [command for event in copy.deepcopy(rehearsal.log) for command in again.handle(event)]
    assert commands == rehearsal.commands


# -- one phase on its own ---------------------------------------------------------------------------


def test_one_phase_is_a_whole_small_interview() -> None:
    phase = framework().phases[1]
    setup = Setup(framework(), question(), 2.0, 5, only_phase=phase.id)
    rehearsal = Rehearsal(Interviewer(setup)).start()
    texts = [say.text for say in rehearsal.prompts]
    assert question().wording in texts and texts[-1] in phase.invitations
    rehearsal.says(ANSWER)
    rehearsal.run_to_the_end()
    marks = [command for command in rehearsal.commands if isinstance(command, c.MarkPhase)]
    assert {mark.phase_id for mark in marks} == {phase.id}
    assert rehearsal.reason == "completed"
    assert rehearsal.now_s < 2.0 * 60 + 90


def test_cutting_down_twice_changes_nothing() -> None:
    phase = framework().phases[0].id
    once = only_phase(framework(), question(), phase)
    assert only_phase(*once, phase) == once
    assert [p.id for p in once[0].phases] == [phase]


def test_budgets_of_the_phases_add_up() -> None:
    total = sum(phase_budget_s(framework(), phase.id, 7.0) for phase in framework().phases)
    assert abs(total - 420.0) < 1e-6
