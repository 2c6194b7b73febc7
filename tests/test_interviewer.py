"""The interview as a whole, on simulated time: it asks, listens, follows up, keeps time, and ends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rehearsal import Rehearsal
from tests.small_content import framework, question
from voice_interviewer.core import commands as c
from voice_interviewer.core import events as e
from voice_interviewer.core.interviewer import Interviewer, Setup
from voice_interviewer.core.wording import NOTHING_FURTHER, word_count

LONG = (
    "So I would look at students, because they ride every day and they cannot drive, and that matters here."
)


def rehearse(minutes: float = 6.0, seed: int = 1, **more: Any) -> Rehearsal:
    return Rehearsal(Interviewer(Setup(framework(), question(), minutes, seed, **more)))


def kinds(rehearsal: Rehearsal) -> list[str]:
    return [say.kind for say in rehearsal.prompts]


def test_it_greets_asks_and_listens() -> None:
    rehearsal = rehearse().start()
    assert kinds(rehearsal) == ["greeting", "greeting", "question"]
    assert rehearsal.prompts[-1].text == question().wording
    assert str(rehearsal.interviewer.state) == "listening"


def test_time_runs_from_the_end_of_the_question() -> None:
    rehearsal = rehearse().start()
    assert rehearsal.interviewer.agenda.started_s == pytest.approx(rehearsal.finished[-1].at_s)


def test_a_clarifying_question_is_answered_with_the_questions_fact() -> None:
    rehearsal = rehearse().start()
    (reply,) = rehearsal.answers("Okay, before I start, is there a deadline for this?")
    assert (reply.kind, reply.text) == ("clarification", "Results are wanted within a year.")


def test_a_further_question_on_what_was_told_does_not_get_the_same_fact_again() -> None:
    rehearsal = rehearse().start()
    rehearsal.answers("Okay, before I start, is there a deadline for this?")
    (reply,) = rehearsal.answers("Then I would begin with a pilot. Could we move the launch by two months?")
    assert reply.kind == "clarification" and reply.text in NOTHING_FURTHER
    (again,) = rehearsal.answers("Fine. And, sorry, what was the deadline again?")
    assert again.text == "Results are wanted within a year."


def test_what_is_missing_is_asked_and_what_was_said_is_not() -> None:
    rehearsal = rehearse().start()
    rehearsal.answers("My goal is to get more people on time, so let me start with that thought.")
    rehearsal.answers("Now let's talk about users. I would look at people who ride the bus in the morning.")
    asked = [say.text for say in rehearsal.prompts if say.kind == "follow_up"]
    assert "Who exactly is it for?" in asked
    assert "What is the goal?" not in asked


def test_a_weak_claim_is_doubted_once() -> None:
    rehearsal = rehearse().start()
    (first,) = rehearsal.answers(
        "The goal is simple, since everybody wants a bus that comes on time every day."
    )
    (second,) = rehearsal.answers(
        "And everybody wants a seat as well, so the goal is comfort for all of them."
    )
    assert first.kind == "push_back" and "everybody wants" in first.text.lower()
    assert second.kind != "push_back"


def test_the_question_is_repeated_on_request() -> None:
    rehearsal = rehearse().start()
    (reply,) = rehearsal.answers("Could you repeat the question, please?")
    assert (reply.kind, reply.text) == ("question", question().wording)


def test_words_of_an_answer_are_no_command() -> None:
    rehearsal = rehearse().start()
    rehearsal.answers("The goal is that drivers repeat the question to every passenger who gets on.")
    assert "question" not in kinds(rehearsal)[3:]


def test_a_minute_to_think_is_given() -> None:
    rehearsal = rehearse().start()
    (hold,) = rehearsal.answers("Give me a minute.")
    assert hold.kind == "hold"
    before = len(rehearsal.prompts)
    rehearsal.wait(55)
    assert len(rehearsal.prompts) == before


def test_who_says_let_me_think_is_left_to_think() -> None:
    rehearsal = rehearse().start()
    before = len(rehearsal.prompts)
    rehearsal.says("Let me think about that for a second.")
    rehearsal.wait(25)
    assert len(rehearsal.prompts) == before, "silence is the answer"


def test_who_needs_no_minute_after_all_is_not_talked_over() -> None:
    rehearsal = rehearse().start()
    before = len(rehearsal.prompts)
    rehearsal.speaks("Give me a minute.", after_s=1.0)
    rehearsal.speaks("Okay, so the goal is that drivers find a place to rest and", after_s=3.2)
    rehearsal.wait(8)
    assert len(rehearsal.prompts) == before


def test_pause_stops_the_clock_and_resume_goes_on() -> None:
    rehearsal = rehearse().start()
    rehearsal.answers("Pause.")
    assert rehearsal.interviewer.state == "paused"
    left_s = rehearsal.interviewer.agenda.left_s(rehearsal.now_s)
    rehearsal.wait(600)
    assert rehearsal.interviewer.agenda.left_s(rehearsal.now_s) == pytest.approx(left_s)
    rehearsal.answers("Resume.")
    assert str(rehearsal.interviewer.state) == "listening"


def test_how_much_time_is_left_is_told() -> None:
    rehearsal = rehearse().start()
    (reply,) = rehearsal.answers("How much time do I have?")
    assert reply.kind == "time_check" and "six minutes" in reply.text


def test_end_the_interview_closes_politely() -> None:
    rehearsal = rehearse().start()
    rehearsal.says("End the interview.")
    rehearsal.run_to_the_end(60)
    assert kinds(rehearsal)[-1] == "closing"
    assert rehearsal.reason == "completed"


def test_a_silent_candidate_is_helped_warned_and_thanked() -> None:
    rehearsal = rehearse().start()
    rehearsal.run_to_the_end()
    assert "hold" in kinds(rehearsal) and "warning" in kinds(rehearsal)
    assert kinds(rehearsal)[-1] == "closing"
    assert rehearsal.now_s == pytest.approx(6 * 60, abs=60)


def test_the_warning_tells_the_truth() -> None:
    rehearsal = rehearse(minutes=10).start()
    rehearsal.run_to_the_end()
    (warning,) = [say for say in rehearsal.prompts if say.kind == "warning"]
    left_s = rehearsal.interviewer.agenda.total_s - (
        rehearsal.times[warning.prompt_id] - (rehearsal.interviewer.agenda.started_s or 0)
    )
    assert left_s == pytest.approx(120, abs=10) and "two minutes" in warning.text


def test_ctrl_c_ends_at_once_with_a_report() -> None:
    rehearsal = rehearse().start()
    rehearsal.schedule(e.StopRequested(rehearsal.now_s + 1))
    rehearsal.run_to_the_end(10)
    assert rehearsal.reason == "stopped by the candidate"


def test_the_end_of_the_sound_closes() -> None:
    rehearsal = rehearse().start()
    rehearsal.says(LONG)
    rehearsal.schedule(e.MicrophoneEnded(rehearsal.now_s + 0.1))
    rehearsal.run_to_the_end(120)
    assert kinds(rehearsal)[-1] == "closing" and rehearsal.now_s < 120


def test_a_voice_that_never_answers_does_not_hang_the_interview() -> None:
    interviewer = Interviewer(Setup(framework(), question(), 1.0))
    at_s = 0.0
    commands = interviewer.handle(e.SessionStarted(at_s))
    for _ in range(500):
        deadline_s = interviewer.next_deadline_s
        if interviewer.state == "finished" or deadline_s is None:
            break
        at_s = max(at_s + 0.001, deadline_s)
        commands += interviewer.handle(e.Tick(at_s))
    assert interviewer.state == "finished"
    assert isinstance(commands[-1], c.Finish) and at_s < 600


def test_barging_in_stops_the_prompt_and_it_is_asked_again_when_still_missing() -> None:
    rehearsal = rehearse(minutes=20).start()
    rehearsal.says("Now let's talk about users. I would look at people who ride the bus in the morning.")
    rehearsal.run_until_listening(least_prompts=len(rehearsal.prompts))
    while rehearsal.interviewer.state != "replying":
        rehearsal.wait(0.1)
    rehearsal.wait(0.6)
    before = [say.text for say in rehearsal.prompts]
    rehearsal.says(
        "Sorry, one more thing about the morning, they also have to stand most of the way.", after_s=0
    )
    assert any(isinstance(command, c.Interrupt) for command in rehearsal.commands)
    rehearsal.run_until_listening(least_prompts=len(before) + 1)
    assert rehearsal.prompts[len(before)].text


def test_the_same_seed_makes_the_same_interview() -> None:
    def hold(seed: int) -> list[str]:
        rehearsal = rehearse(seed=seed).start()
        for line in (LONG, "Their pain is that the bus is late and nobody tells them in time.", LONG):
            rehearsal.answers(line)
        rehearsal.run_to_the_end()
        return [say.text for say in rehearsal.prompts]

    assert hold(7) == hold(7)
    assert len({tuple(hold(seed)) for seed in range(6)}) > 1


def test_a_replay_of_the_events_gives_the_same_commands() -> None:
    rehearsal = rehearse(seed=3).start()
    rehearsal.answers(LONG)
    rehearsal.answers("Okay. Next, solutions. I would build an app, and second, better signs at the stops.")
    rehearsal.run_to_the_end()
    again = Interviewer(Setup(framework(), question(), 6.0, 3))
    replayed = [command for event in rehearsal.log for command in again.handle(event)]
    assert replayed == rehearsal.commands


LINES = st.sampled_from(
    [
        LONG,
        "Um.",
        "The goal is comfort.",
        "Is there a budget?",
        "Next, solutions. I would build an app and a second thing.",
        "Could you repeat the question?",
        "Give me a minute.",
        "Pause.",
        "Resume.",
        "Let's skip this one.",
        "That's my answer.",
        "I have nothing to add.",
        "Everybody wants this and there are no downsides.",
        "Does that make sense?",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(LINES, st.floats(0.0, 30.0)), max_size=12), st.integers(0, 5), st.floats(1.0, 8.0))
def test_every_interview_ends_and_every_prompt_is_speakable(
    lines: list[tuple[str, float]], seed: int, minutes: float
) -> None:
    rehearsal = rehearse(minutes, seed).start()
    for line, after_s in lines:
        rehearsal.says(line, after_s=after_s)
        if rehearsal.interviewer.state == "paused":
            rehearsal.says("Resume.", after_s=2.0)
    rehearsal.run_to_the_end(minutes * 60 + 1200)
    assert rehearsal.interviewer.state == "finished"
    assert kinds(rehearsal)[-1] == "closing"
    times = [event.at_s for event in rehearsal.log]
    assert times == sorted(times)
    for say in rehearsal.prompts:
        assert word_count(say.text) <= 25 and say.text.count("?") <= 1, say
    asking = [
        say for say in rehearsal.prompts if say.kind in ("follow_up", "push_back", "invitation", "nudge")
    ]
    heard = {event.prompt_id for event in rehearsal.finished if not event.interrupted}
    asked_in_full = [say.text for say in asking if say.prompt_id in heard]
    assert len(asked_in_full) == len(set(asked_in_full)) or any("repeat" in line for line, _ in lines)
    assert sum(rehearsal.interviewer.agenda.budgets_s().values()) == pytest.approx(minutes * 60)
