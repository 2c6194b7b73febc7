"""Who has the floor, scene by scene; and for any scene: no turn, no utterance, no word is lost."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.turn_stage import Stage
from voice_interviewer.core import turn_taking as tt
from voice_interviewer.core.barge_in import is_back_channel, verdict, words_over_prompt
from voice_interviewer.core.commands import JudgeAnswer, Transcribe, VoteTurn
from voice_interviewer.core.completeness import judge, stitched
from voice_interviewer.core.endpointing import (
    NEEDED,
    EndpointSettings,
    Patience,
    PauseEvidence,
    PauseHabit,
    points,
    required_silence_s,
)
from voice_interviewer.core.events import (
    AnswerJudged,
    MicrophoneEnded,
    MicrophoneLost,
    PromptStarted,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    SpeechSuspected,
    Tick,
    Transcribed,
    TurnVoted,
    UtteranceEnded,
    WorkerFailed,
)
from voice_interviewer.core.own_voice import UnderWay, is_own_voice
from voice_interviewer.core.speech import Word

ANSWER = "I picked them because they are the largest group and they come back every day."


def stage(patience: Patience = Patience.FOLLOW_UP, *, quick: bool = False, **changes: object) -> Stage:
    base = tt.TurnSettings(look_ahead="quick" if quick else "full")
    taker = tt.TurnTaker(dataclasses.replace(base, **changes))  # type: ignore[arg-type]
    taker.expect(patience)
    return Stage(taker, quick=quick)


# -- what the words say --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "closure"),
    [
        ("That's my answer.", "said_so"),
        ("So we'd stop at one percent. That's it from me.", "said_so"),
        ("That would be my recommendation.", "said_so"),
        ("I'll stop there.", "said_so"),
        ("Does that make sense?", "asked"),
        ("Are we thinking about tourists as well?", "asked"),
        ("Is it okay if I move on to solutions?", "asked"),
        ("Could you tell me who the users are", "asked"),
        ("So overall I'd work on finding friends first.", "closing"),
        ("And that's why I would start with commuters.", "closing"),
        ("We went from forty minutes to six. So yeah.", "closing"),
        (ANSWER, "complete"),
        ("The other two groups only show up once.", "complete"),
        ("I think so.", "complete"),
        ("Let me think about that for a second.", "thinking"),
        ("Hmm, good question.", "thinking"),
        ("Give me a minute", "thinking"),
        ("I would start with, um", "filler"),
        ("And then we, uh,", "filler"),
        ("So I'd cap it at two a day and.", "open"),
        ("They are the ones who", "open"),
        ("The reason is that because", "open"),
        ("I led the", "open"),
        ("We could look at...", "open"),
        ("I think", "open"),
        ("So.", "trailing"),
        ("We moved it by two weeks, but", "trailing"),
        ("They had the readers, so we shipped it anyway.", "complete"),
        ("Okay, anyway.", "trailing"),
        ("There are three groups here.", "announced"),
        ("I'd like to start with the users.", "announced"),
        ("Okay, so let me walk you through how I'd set this up.", "announced"),
        ("First", "listing"),
        ("I'd measure retention, activation,", "listing"),
        ("Yes.", "unclear"),
        ("Yeah.", "unclear"),
        ("Yeah, yeah, yeah,", "listing"),
        ("", "unclear"),
        ("people check it while they wait at the stop", "unclear"),
    ],
)
def test_the_last_words_tell_how_finished_a_turn_sounds(text: str, closure: str) -> None:
    assert judge(text).closure == closure


@pytest.mark.parametrize(
    ("fragments", "text", "closure"),
    [
        (
            ["But then I looked at.", "How many people had asked for it?"],
            "But then I looked at how many people had asked for it?",
            "complete",  # no question to the interviewer
        ),
        (["I think.", "I would drop it."], "I think I would drop it.", "complete"),
        (["It was late.", "How many users do we have?"], "It was late. How many users do we have?", "asked"),
        (
            ["Most people who leave,", "leave in the first week.", "So what happens there?"],
            "Most people who leave leave in the first week. So what happens there?",
            "wondering",
        ),
        (
            ["I'd put a fee on every order that goes through it.", "Do we have one already?"],
            "I'd put a fee on every order that goes through it. Do we have one already?",
            "asking",
        ),
        (["First.", "", "Um,"], "First um,", "filler"),
        ([], "", "unclear"),
    ],
)
def test_a_sentence_cut_by_pauses_is_read_as_one(fragments: list[str], text: str, closure: str) -> None:
    assert stitched(fragments) == text
    assert judge(text).closure == closure


def test_only_the_end_of_a_long_turn_is_judged() -> None:
    assert (
        judge("That's my answer. " + "But then I looked at the numbers again and it changed. " * 8).closure
        == "complete"
    )


# -- how long to wait ----------------------------------------------------------------------------


def wait(
    text: str, vote: float | None = None, patience: Patience = Patience.FOLLOW_UP, turn_s: float = 30.0
) -> float:
    evidence = PauseEvidence(judge(text), vote, patience, turn_s)
    return required_silence_s(evidence, PauseHabit())[0]


def test_more_evidence_never_waits_longer() -> None:
    ladder = [
        wait("That's my answer.", 0.0),
        wait("So overall I'd go with that one.", 0.95),
        wait(ANSWER, 0.95),
        wait(ANSWER, 0.6),
        wait(ANSWER, None),
        wait(ANSWER, 0.3),
        wait(ANSWER, 0.01),
        wait("and then we look at the", 0.01),
        wait("Let me think.", 0.9),
    ]
    assert ladder == sorted(ladder)


def test_the_table_stays_within_what_people_bear() -> None:
    assert wait("That's my answer.") <= 0.7
    assert wait("Does that make sense?", 0.01) <= 0.7
    assert 1.0 <= wait(ANSWER, 0.95) <= 1.8
    assert wait("and then we look at the", 0.01) >= 5.0, "a pause of 5 s inside a clause is not cut"
    assert wait("Let me think.", 0.9) >= 15.0


def test_what_is_asked_before_the_answer_is_answered_at_once() -> None:
    asks = "Okay, so let me start by understanding the problem a bit better. Who are the users?"
    assert judge(asks).closure == "wondering"
    assert wait(asks, 0.9, Patience.QUESTION, 12.0) <= 0.7
    assert wait(asks, 0.9, Patience.CLARIFIED, 12.0) <= 0.7
    assert wait(asks, 0.9, Patience.QUESTION, 60.0) >= 2.0
    assert wait(asks, 0.9, Patience.FOLLOW_UP, 12.0) >= 2.0
    assert wait(asks, 0.05, Patience.QUESTION, 12.0) >= 2.0, "it does not sound like the end of a question"


@pytest.mark.parametrize(
    ("text", "closure"),
    [
        ("Do you have a group in mind, like retail or healthcare or?", "trailing"),
        ("Is there a goal you want me to aim for, or?", "trailing"),
        ("Just an example. Do you mean?", "trailing"),
        ("So when we say frontline workers?", "trailing"),
        ("If it is given, should I take the tablet?", "asked"),
        ("When do we launch?", "asked"),
        ("What do you mean?", "asked"),
        ("Should I pick the platform, or is it given?", "asked"),
        ("They type a password, maybe with gloves on and then.", "open"),
        ("For nurses on shift so that.", "open"),
        ("Swaps. Like, if someone's off sick and you need cover by tonight.", "open"),
        ("So, um, if it fails, the old one stays.", "complete"),
        ("If it fails we go back to the old one.", "complete"),
        ("And that's when I would call them.", "complete"),
    ],
)
def test_a_question_or_a_clause_that_wants_more_is_told_from_one_that_does_not(
    text: str, closure: str
) -> None:
    assert judge(text).closure == closure


def test_a_main_question_is_given_longer_than_a_follow_up_and_a_yes_or_no_less() -> None:
    early = [
        wait(ANSWER, 0.95, patience, 6.0)
        for patience in (Patience.SHORT, Patience.FOLLOW_UP, Patience.QUESTION)
    ]
    assert early == sorted(early)
    assert early[0] < early[1] < early[2]
    assert wait("Yes.", 0.9, Patience.SHORT, 0.5) <= 1.2


def test_a_slow_candidate_is_waited_for_and_a_quick_one_answered_sooner() -> None:
    evidence = PauseEvidence(judge(ANSWER), 0.95, Patience.FOLLOW_UP, 30.0)
    slow, quick = PauseHabit(), PauseHabit()
    for _ in range(30):
        slow.add(2.5)
        quick.add(0.6)
    usual_s = required_silence_s(evidence, PauseHabit())[0]
    assert required_silence_s(evidence, quick)[0] < usual_s < required_silence_s(evidence, slow)[0]
    assert required_silence_s(evidence, slow)[0] <= 1.7 * usual_s, "but not without limit"


def test_a_clause_that_hangs_is_waited_for_longest() -> None:
    def longest_s(text: str) -> float:
        evidence = PauseEvidence(judge(text), 0.01, Patience.QUESTION, 1.0, -2.5)
        return required_silence_s(evidence, PauseHabit())[0]

    constants = EndpointSettings()
    assert longest_s(ANSWER) == constants.longest_whole_s < constants.longest_s
    assert longest_s("and then we look at the") == constants.longest_s


def test_the_candidate_may_choose_how_long_a_pause_may_be() -> None:
    evidence = PauseEvidence(judge(ANSWER), 0.95, Patience.FOLLOW_UP, 30.0)
    brisk_s, usual_s, patient_s = (
        required_silence_s(evidence, PauseHabit(EndpointSettings(needed=NEEDED[name])))[0]
        for name in ("brisk", "usual", "patient")
    )
    assert brisk_s + 0.5 < usual_s < patient_s - 0.5


def test_cutting_in_makes_it_careful_and_good_judgement_bold_again() -> None:
    evidence = PauseEvidence(judge(ANSWER), 0.95, Patience.FOLLOW_UP, 30.0)
    habit = PauseHabit()
    before_s = required_silence_s(evidence, habit)[0]
    for _ in range(20):
        habit.cut_in()
    careful_s = required_silence_s(evidence, habit)[0]
    assert before_s + 0.5 < careful_s < before_s + 2.0
    for _ in range(20):
        habit.judged_well()
    assert required_silence_s(evidence, habit)[0] == pytest.approx(before_s)


@given(
    st.sampled_from(["That's it.", ANSWER, "and the", "um", "So yeah.", "First", "", "Let me think."]),
    st.none() | st.floats(0, 1),
    st.sampled_from(list(Patience)),
    st.floats(0, 600),
    st.lists(st.floats(0, 30), max_size=30),
)
@settings(deadline=None)
def test_every_wait_is_within_limits(
    text: str, vote: float | None, patience: Patience, turn_s: float, pauses: list[float]
) -> None:
    habit = PauseHabit()
    for pause_s in pauses:
        habit.add(pause_s)
    evidence = PauseEvidence(judge(text), vote, patience, turn_s)
    constants = EndpointSettings()
    wait_s, why = required_silence_s(evidence, habit)
    assert constants.shortest_s <= wait_s <= constants.thinking_s
    assert why
    assert points(evidence, habit) < 10


def test_what_was_said_moves_the_wait_only_where_the_last_words_leave_it_open() -> None:
    def wait_s(text: str, content: float) -> float:
        evidence = PauseEvidence(judge(text), 0.6, Patience.FOLLOW_UP, 20.0, content)
        return required_silence_s(evidence, PauseHabit())[0]

    assert wait_s(ANSWER, 2.0) < wait_s(ANSWER, 0.0) < wait_s(ANSWER, -2.0)
    assert wait_s("I picked them because", 2.0) == wait_s("I picked them because", -2.0)


def judging() -> tuple[tt.TurnTaker, JudgeAnswer]:
    """A taker that has just asked what the answer is worth, 0.8 s after its last word."""
    taker = tt.TurnTaker(tt.TurnSettings(look_ahead="quick", judges_content=True))
    taker.expect(Patience.FOLLOW_UP, "Why them?")
    taker.handle(SpeechStarted(1.1, 1, 1.0))
    taker.handle(SpeechPaused(21.2, 1, 1.0, 21.0))
    taker.handle(TurnVoted(21.3, 1, 21.0, 0.95))
    taker.handle(UtteranceEnded(21.45, 1, 1.0, 21.0))
    words = tuple(Word(word, 1.0, 1.2, 0.9) for word in ANSWER.split())
    out = taker.handle(Transcribed(21.8, 1, 0.75, 21.15, words, final=False))
    (asked,) = [one.command for one in out if isinstance(one, tt.Issue)]
    assert isinstance(asked, JudgeAnswer)
    return taker, asked


def test_the_answer_so_far_is_judged_as_an_answer_to_what_was_asked() -> None:
    taker, asked = judging()
    assert (asked.question, asked.answer) == ("Why them?", ANSWER)
    assert [type(one) for one in taker.handle(Tick(22.1))] == [], "an opinion is on its way"
    out = taker.handle(AnswerJudged(22.12, 1, 21.0, 2.5))
    assert [one for one in out if isinstance(one, tt.TurnEnded)]


def test_an_answer_that_reads_unfinished_is_waited_for() -> None:
    taker, _ = judging()
    assert not taker.handle(AnswerJudged(21.9, 1, 21.0, -2.5))
    deadline_s = taker.next_deadline_s
    assert deadline_s is not None
    assert deadline_s > 23.0


def test_no_opinion_is_waited_for_long() -> None:
    taker, _ = judging()
    ended = [taker.handle(Tick(22.21 + 0.1 * step)) for step in range(30)]
    assert any(isinstance(one, tt.TurnEnded) for out in ended for one in out)


# -- one turn ------------------------------------------------------------------------------------


def test_a_finished_answer_ends_the_turn_once_with_all_its_utterances() -> None:
    scene = stage()
    scene.say(1.0, 6.0, "Well, I picked the commuters.")
    scene.say(7.0, 14.0, ANSWER, 0.95)
    scene.play(30.0)
    assert scene.turns == ["Well, I picked the commuters. " + ANSWER]
    turn = scene.of(tt.TurnEnded)[0].turn
    assert turn.start_s == pytest.approx(1.0, abs=0.03)
    assert turn.end_s == pytest.approx(14.0, abs=0.03)
    assert 15.0 < scene.times(tt.TurnEnded)[0] < 16.2
    assert [u.utterance.id for u in scene.of(tt.UtteranceHeard)] == [1, 2]
    assert scene.taker.floor == "judged"


def test_the_look_ahead_is_the_final_transcription_when_nothing_followed() -> None:
    scene = stage()
    scene.say(1.0, 6.0, ANSWER, 0.95)
    scene.play(10.0)
    asked = [c for i in scene.of(tt.Issue) if isinstance(c := i.command, Transcribe)]
    assert len(asked) == 1
    assert not asked[0].final
    assert asked[0].start_s == pytest.approx(0.75, abs=0.03), "pre-roll"
    assert asked[0].end_s == pytest.approx(6.15, abs=0.03), "post-roll"
    votes = [c for i in scene.of(tt.Issue) if isinstance(c := i.command, VoteTurn)]
    assert [vote.end_s for vote in votes] == [pytest.approx(6.0, abs=0.03)]


def test_a_look_ahead_into_a_pause_that_was_none_is_dropped_and_never_counts() -> None:
    scene = stage()
    scene.say(1.0, 3.0, "I would")
    scene.say(3.3, 6.0, "start with commuters because they ride every day.", 0.95)
    scene.play(12.0)
    assert scene.times(tt.LookAheadStale) == [3.36]
    assert scene.turns == ["I would start with commuters because they ride every day."]


def test_a_quick_look_ends_the_turn_before_its_final_words_are_there() -> None:
    scene = stage(quick=True)
    scene.full_s = 4.0
    scene.say(1.0, 14.0, ANSWER + " That's my answer.", 0.95)
    scene.play(30.0)
    ended_s = scene.times(tt.TurnEnded)[0]
    assert ended_s <= 14.8
    assert scene.of(tt.TurnEnded)[0].turn.provisional == {1}
    assert scene.of(tt.UtteranceGlimpsed)[0].utterance.text.endswith("answer.")
    assert len(scene.of(tt.UtteranceHeard)) == 1
    assert scene.times(tt.UtteranceHeard)[0] > ended_s


def test_no_turn_is_judged_while_its_words_are_on_their_way_until_a_limit() -> None:
    scene = stage()
    scene.full_s = 3.5
    scene.say(1.0, 14.0, ANSWER, 0.95)
    scene.play(25.0)
    assert scene.times(tt.TurnEnded) == [17.7], "at once when the words are there: the wait is long over"
    late = stage()
    late.full_s = 30.0
    late.say(1.0, 14.0, ANSWER, 0.95)
    late.play(60.0)
    assert late.turns == [], "nothing to judge"
    assert [u.utterance.text for u in late.of(tt.UtteranceHeard)] == [ANSWER], "late, and not lost"


def test_words_that_come_after_their_turn_go_into_the_next_and_do_not_open_one() -> None:
    scene = stage()
    scene.full_s = 1.0
    scene.say(1.0, 5.0, "I picked the commuters.")
    scene.play(5.3)
    scene.full_s = 8.0
    scene.say(5.9, 12.0, "They ride every day and pay the most.", 0.95)
    scene.play(19.0)
    assert scene.turns == ["I picked the commuters."]
    scene.prompt(19.0, 21.0)
    scene.full_s = 1.0
    scene.say(22.0, 34.0, ANSWER, 0.95)
    scene.play(60.0)
    assert scene.turns == ["I picked the commuters.", "They ride every day and pay the most. " + ANSWER]


@pytest.mark.parametrize("pause_s", [0.6, 1.5, 3.0, 4.5])
def test_a_pause_inside_a_clause_is_waited_out(pause_s: float) -> None:
    scene = stage()
    scene.say(1.0, 6.0, "The trade-off there is between the", 0.02)
    scene.say(6.0 + pause_s, 12.0 + pause_s, "speed and the accuracy of what we show.", 0.95)
    scene.play(30.0)
    assert len(scene.turns) == 1
    assert scene.of(tt.TurnReopened) == []


def test_let_me_think_holds_the_floor_until_they_speak() -> None:
    scene = stage()
    scene.say(1.0, 3.0, "Well, let me see how the money flows here.", 0.9)
    scene.say(14.0, 28.0, ANSWER, 0.95)
    scene.play(60.0)
    assert len(scene.turns) == 1


def test_give_me_a_minute_is_a_request_and_holds_the_floor_for_it() -> None:
    scene = stage(Patience.QUESTION)
    scene.say(1.0, 2.5, "Can I take a minute to think?", 0.95)
    scene.play(62.0)
    assert scene.of(tt.UtteranceHeard)[0].hands_free is not None
    assert scene.of(tt.TurnEnded) == []
    assert scene.of(tt.LongSilence) == [], "no help while they think"
    scene.play(90.0)
    assert len(scene.of(tt.LongSilence)) == 1


def test_holding_the_floor_ends_when_they_go_on() -> None:
    scene = stage()
    scene.taker.hold_floor(100.0)
    scene.say(1.0, 14.0, ANSWER, 0.95)
    scene.play(30.0)
    assert len(scene.turns) == 1


def test_requests_are_reported_and_are_no_part_of_the_turn() -> None:
    scene = stage()
    scene.say(1.0, 12.0, ANSWER, 0.9)
    scene.say(12.6, 14.0, "Sorry, what was the question again?", 0.9)
    scene.play(30.0)
    requests = [u.hands_free.kind for u in scene.of(tt.UtteranceHeard) if u.hands_free]
    assert requests == ["repeat"]
    assert scene.turns == [ANSWER]


def test_thats_my_answer_as_an_utterance_of_its_own_ends_the_turn_at_once() -> None:
    scene = stage(quick=True)
    scene.say(1.0, 12.0, ANSWER, 0.02)
    scene.say(13.0, 14.0, "That's my answer.", 0.02)
    scene.play(30.0)
    assert scene.turns == [ANSWER + " That's my answer."]
    assert scene.times(tt.TurnEnded)[0] <= 14.7


def test_a_quick_look_is_not_obeyed() -> None:
    scene = stage(quick=True)
    scene.say(1.0, 2.0, "Next question.", 0.95)
    scene.play(2.9)
    assert scene.of(tt.UtteranceHeard) == []
    assert scene.of(tt.UtteranceGlimpsed) == []
    scene.play(5.0)
    assert [u.hands_free.kind for u in scene.of(tt.UtteranceHeard) if u.hands_free] == ["skip"]
    assert scene.of(tt.TurnEnded) == []


def test_im_ready_is_an_answer_unless_the_interview_is_paused() -> None:
    scene = stage(Patience.SHORT)
    scene.say(1.0, 2.0, "Yes, I'm ready.", 0.95)
    scene.play(10.0)
    assert scene.turns == ["Yes, I'm ready."]
    paused = stage()
    paused.taker.suspend(0.5)
    paused.say(1.0, 3.0, "Mum, I'm in an interview.", 0.95)
    paused.say(20.0, 21.0, "Okay, I'm ready.", 0.95)
    paused.say(30.0, 43.0, ANSWER, 0.95)
    paused.play(60.0)
    assert [a.reason for a in paused.of(tt.Aside)] == ["paused"]
    assert [u.hands_free.kind for u in paused.of(tt.UtteranceHeard) if u.hands_free] == ["resume"]
    assert paused.turns == [ANSWER]
    assert all(at_s > 43.0 for at_s in paused.times(tt.LongSilence)), "no help while it is paused"


def test_noise_opens_no_turn_and_does_not_prolong_one() -> None:
    scene = stage()
    scene.say(1.0, 3.0, "")
    scene.say(5.0, 18.0, ANSWER, 0.95)
    scene.say(18.7, 19.2, "")
    scene.play(40.0)
    assert scene.turns == [ANSWER]
    assert [a.reason for a in scene.of(tt.Aside)] == ["noise", "noise"]
    assert scene.times(tt.TurnEnded)[-1] < 21.0


def test_a_long_answer_cut_into_utterances_is_one_turn() -> None:
    scene = stage(Patience.QUESTION)
    scene.say(1.0, 61.0, " ".join(f"word{i}" for i in range(120)) + " done.", 0.95)
    scene.play(90.0)
    assert len(scene.turns) == 1
    heard = scene.of(tt.UtteranceHeard)
    assert len(heard) >= 3
    assert scene.turns[0].split() == [f"word{i}" for i in range(120)] + ["done."], "every word once"


def test_the_interviewer_is_told_early_what_the_turn_may_be() -> None:
    scene = stage()
    scene.say(1.0, 14.0, ANSWER, 0.6)
    scene.play(30.0)
    assert scene.times(tt.TurnLikelyEnding)[0] < scene.times(tt.TurnEnded)[0]
    assert scene.of(tt.TurnLikelyEnding)[0].turn.text == ANSWER


# -- between judgement and prompt ----------------------------------------------------------------


def test_who_goes_on_before_the_prompt_takes_the_turn_back() -> None:
    scene = stage()
    scene.say(1.0, 12.0, ANSWER, 0.95)
    scene.say(13.7, 20.0, "And they also pay the most per trip.", 0.95)
    scene.prompt(24.0, 26.0)
    scene.play(23.9)
    assert len(scene.of(tt.TurnEnded)) == 2
    assert scene.times(tt.TurnReopened) == [13.82]
    assert scene.turns == [ANSWER + " And they also pay the most per trip."]


def test_who_goes_on_within_the_first_instant_of_the_prompt_does_too() -> None:
    scene = stage()
    scene.say(1.0, 12.0, ANSWER, 0.95)
    scene.prompt(13.75, 17.0)
    scene.say(13.9, 20.0, "And they also pay the most per trip.", 0.95)
    scene.play(30.0)
    assert scene.of(tt.BargedIn) == []
    assert len(scene.of(tt.TurnReopened)) == 1
    assert scene.turns == [ANSWER + " And they also pay the most per trip."]


# -- speech over the prompt ----------------------------------------------------------------------


def interrupted(line: str, start_s: float, end_s: float, **changes: object) -> Stage:
    scene = stage(**changes)  # type: ignore[arg-type]
    scene.prompt(1.0, 9.0)
    scene.say(start_s, end_s, line, 0.9)
    return scene.play(25.0)


def test_speaking_over_the_prompt_holds_it_at_once_and_stops_it_when_it_lasts() -> None:
    scene = interrupted("Sorry, can I say something about the users before that?", 4.0, 8.0)
    assert scene.times(tt.BargeInDoubtful) == [4.08]
    assert scene.times(tt.BargedIn) == [4.9]
    assert scene.turns == ["Sorry, can I say something about the users before that?"]


def test_words_that_begin_like_a_cough_still_stop_the_prompt() -> None:
    taker = tt.TurnTaker()
    taker.handle(PromptStarted(1.0, 1))
    taker.handle(SpeechStarted(4.12, 1, 4.0))
    taker.handle(SpeechPaused(4.42, 1, 4.0, 4.22))
    assert [type(one) for one in taker.handle(Tick(4.63))] == [tt.BargeInDismissed]
    assert [type(one) for one in taker.handle(SpeechResumed(4.65, 1))] == [tt.BargeInDoubtful]
    assert any(isinstance(one, tt.BargedIn) for one in taker.handle(Tick(4.91)))


def test_sorry_and_a_breath_do_not_let_the_prompt_go_on() -> None:
    taker = tt.TurnTaker()
    taker.handle(PromptStarted(1.0, 1))
    taker.handle(SpeechStarted(4.12, 1, 4.0))
    paused = taker.handle(SpeechPaused(4.42, 1, 4.0, 4.22))
    resumed = taker.handle(SpeechResumed(4.6, 1))
    assert tt.BargeInDismissed not in {type(one) for one in (*paused, *resumed)}
    assert any(isinstance(one, tt.BargedIn) for one in taker.handle(Tick(4.91)))


def test_a_click_over_the_prompt_holds_it_for_a_moment_only() -> None:
    taker = tt.TurnTaker()
    taker.handle(PromptStarted(1.0, 1))
    assert [type(one) for one in taker.handle(SpeechSuspected(4.08, 4.0))] == [tt.BargeInDoubtful]
    assert taker.next_deadline_s == pytest.approx(4.2)
    assert [type(one) for one in taker.handle(Tick(4.2))] == [tt.BargeInDismissed]
    # The same, but it was speech: the hold goes on until that is judged.
    taker.handle(SpeechSuspected(5.08, 5.0))
    assert taker.handle(SpeechStarted(5.12, 1, 5.0)) == []
    assert taker.handle(Tick(5.3)) == []


@pytest.mark.parametrize(
    ("line", "length_s"), [("", 0.2), ("", 0.5), ("Mm-hm.", 0.4), ("Yeah.", 0.5), ("Okay, right.", 0.6)]
)
def test_a_cough_or_a_mm_hm_lets_the_prompt_go_on(line: str, length_s: float) -> None:
    scene = interrupted(line, 4.0, 4.0 + length_s)
    assert scene.of(tt.BargedIn) == []
    assert len(scene.of(tt.BargeInDoubtful)) == len(scene.of(tt.BargeInDismissed)) == 1
    assert scene.times(tt.BargeInDismissed)[0] < 6.5
    assert scene.turns == []
    assert len(scene.of(tt.Aside)) == 1


def test_a_short_word_that_wants_the_floor_gets_it() -> None:
    scene = interrupted("Wait, stop.", 4.0, 4.6)
    assert len(scene.of(tt.BargedIn)) == 1
    assert scene.turns == ["Wait, stop."]


def test_it_gets_it_even_when_the_recogniser_was_slow() -> None:
    scene = stage()
    scene.full_s = 3.0
    scene.prompt(1.0, 15.0)
    scene.say(4.0, 4.6, "Wait, stop.", 0.9)
    scene.play(25.0)
    assert scene.times(tt.BargeInDismissed)[0] < scene.times(tt.BargedIn)[0]
    assert scene.turns == ["Wait, stop."]


@pytest.mark.parametrize("quick", [False, True])
def test_what_the_recogniser_makes_of_a_trace_of_echo_does_not_stop_the_prompt(quick: bool) -> None:
    scene = stage(quick=quick)
    scene.sureness = 0.3
    scene.prompt(1.0, 9.0)
    scene.say(4.0, 4.3, "it does.")
    scene.play(25.0)
    assert scene.of(tt.BargedIn) == []
    assert len(scene.of(tt.BargeInDoubtful)) == len(scene.of(tt.BargeInDismissed)) == 1
    assert scene.turns == []


def test_a_quick_look_at_next_to_nothing_is_not_believed() -> None:
    words = (Word("it", 0.0, 0.1, 0.5), Word("does.", 0.1, 0.3, 0.5))
    assert words_over_prompt(None, words, 0.3) is None
    assert words_over_prompt(None, words, 0.6) == "it does."
    assert words_over_prompt(words, (), 0.3) == "it does."
    assert words_over_prompt((), words, 0.6) == ""


WHO = "Let us move on for time. Who are you building this for?"


@pytest.mark.parametrize(
    ("heard", "since_s", "own"),
    [
        ("Are you building this?", 2.5, True),
        ("who are you.", 1.9, True),
        ("who were you building", 1.9, True),  # one word misheard
        ("Who are you?", 4.5, False),  # that was long ago
        ("Building this for drivers.", 4.0, False),
        ("Where you build", 1.9, True),  # misheard, and cut off as the prompt was held
        ("are you bui", 2.2, True),
        ("I'm are you building", 1.9, True),  # a guess at the onset
        ("for lding", 2.4, True),  # the rest of a word
        ("Wait, sorry.", 1.9, False),
        ("But who are you", 1.9, False),
        ("", 1.9, False),
    ],
)
def test_the_interviewer_knows_its_own_words(heard: str, since_s: float, own: bool) -> None:
    assert is_own_voice(heard, UnderWay(WHO, since_s)) is own


@pytest.mark.parametrize(("until_s", "quick"), [(3.9, False), (3.9, True), (4.6, False)])
def test_what_is_left_of_its_own_echo_is_nobodys_turn(until_s: float, quick: bool) -> None:
    scene = stage(quick=quick)
    scene.taker.will_say(WHO)
    scene.prompt(1.0, 5.0)
    scene.say(3.4, until_s, "Are you building this?", 0.9)
    scene.play(10.0)
    # After 0.9 s it stops, words or not; but nothing was said.
    assert len(scene.of(tt.BargedIn)) == (until_s > 4.3)
    assert scene.turns == []
    assert scene.of(tt.UtteranceHeard) == []


def test_a_yes_over_the_last_second_of_the_prompt_is_its_answer() -> None:
    scene = stage(Patience.SHORT)
    scene.prompt(1.0, 6.0)
    scene.say(5.7, 6.1, "Yes.", 0.95)
    scene.play(20.0)
    assert scene.turns == ["Yes."]


def test_keyboard_noise_over_the_prompt_is_no_event_at_all() -> None:
    scene = stage()
    scene.prompt(1.0, 9.0)
    for k in range(30):
        scene.say(2.0 + 0.2 * k, 2.04 + 0.2 * k, "")
    scene.play(20.0)
    assert scene.of(tt.BargeInDoubtful) == []


@pytest.mark.parametrize(
    "text",
    [
        "Mm-hmm.",
        "Uh-huh.",
        "Yeah, yeah.",
        "Okay.",
        "Right, okay.",
        "Thank you.",
        "",
        "I see.",
        "I mean,",
        "Well, so",
    ],
)
def test_back_channels(text: str) -> None:
    assert is_back_channel(text)


@pytest.mark.parametrize(
    "text", ["Wait.", "No, I meant the drivers.", "Can I", "Yes but the users", "Stop.", "Actually"]
)
def test_not_back_channels(text: str) -> None:
    assert not is_back_channel(text)


def test_the_verdict_needs_either_length_or_words() -> None:
    assert verdict(speech_s=0.5, silence_s=0.0, text=None) == "wait"
    assert verdict(speech_s=1.0, silence_s=0.0, text=None) == "barge"
    assert verdict(speech_s=0.2, silence_s=0.2, text=None) == "wait"
    assert verdict(speech_s=0.2, silence_s=0.4, text=None) == "dismiss"
    assert verdict(speech_s=0.5, silence_s=0.3, text=None) == "wait"
    assert verdict(speech_s=0.5, silence_s=2.0, text=None) == "dismiss"


# -- half duplex ---------------------------------------------------------------------------------


def test_half_duplex_hears_nothing_of_the_prompt() -> None:
    scene = stage(duplex="half")
    scene.prompt(1.0, 6.0)
    scene.say(1.05, 6.15, "And why did you pick the commuters first?", 0.95)
    scene.say(8.0, 20.0, ANSWER, 0.95)
    scene.play(40.0)
    assert scene.turns == [ANSWER]
    assert scene.of(tt.BargeInDoubtful) == []
    assert [a.reason for a in scene.of(tt.Aside)] == ["half-duplex"]


def test_half_duplex_keeps_an_answer_that_began_before_the_prompt_was_over() -> None:
    scene = stage(duplex="half")
    scene.prompt(1.0, 6.0)
    scene.say(5.5, 18.0, "early words are lost but the rest of this answer about our commuters is not.", 0.95)
    scene.play(40.0)
    assert len(scene.turns) == 1
    assert scene.turns[0].endswith("commuters is not.")
    assert scene.of(tt.TurnEnded)[0].turn.start_s >= 6.0


def test_half_duplex_has_a_watchdog() -> None:
    scene = stage(duplex="half")
    scene.push(PromptStarted(1.0, 1))
    scene.say(70.0, 82.0, ANSWER, 0.95)
    scene.play(100.0)
    assert scene.turns == [ANSWER]


def test_half_duplex_clips_the_prompt_off_speech_that_it_cuts_into() -> None:
    scene = stage(duplex="half")
    scene.say(1.0, 16.0, "I will go on and on about this", 0.02)
    scene.prompt(10.0, 15.0)
    scene.play(40.0)
    asked = [c for i in scene.of(tt.Issue) if isinstance(c := i.command, Transcribe)]
    assert all(c.end_s <= 10.2 for c in asked)


# -- silence and trouble -------------------------------------------------------------------------


def test_help_is_offered_once_after_a_long_silence_and_not_again_for_a_while() -> None:
    scene = stage(Patience.QUESTION)
    scene.prompt(1.0, 6.0)
    scene.play(120.0)
    assert scene.times(tt.LongSilence) == [26.0, 86.0]


def test_the_end_of_the_sound_ends_the_turn() -> None:
    scene = stage(Patience.QUESTION)
    scene.say(1.0, 3.0, "And the first thing is the", 0.02)
    scene.push(MicrophoneEnded(3.1))
    scene.play(3.1)
    scene.lines.clear()
    scene.play(10.0)
    assert len(scene.of(tt.TurnEnded)) == 1
    assert scene.of(tt.TurnEnded)[0].turn.reason == "the sound ended"


def test_a_lost_microphone_closes_what_was_open() -> None:
    scene = stage()
    scene.handle(SpeechStarted(1.12, 1, 1.0))
    scene.handle(MicrophoneLost(4.0, "unplugged"))
    assert not scene.taker.candidate_speaking


def test_without_a_recogniser_silence_alone_decides() -> None:
    scene = stage()
    scene.push(WorkerFailed(0.5, "transcriber", "it died"))
    scene.say(1.0, 14.0, ANSWER)
    scene.play(40.0)
    assert len(scene.of(tt.TurnEnded)) == 1


def test_close_turn_waits_for_the_words_and_for_nothing_else() -> None:
    scene = stage(Patience.QUESTION)
    scene.say(1.0, 3.0, "And the first thing is the", 0.02)
    scene.play(3.6)
    scene.taker.close_turn(3.6, "a key")
    scene.play(10.0)
    assert scene.times(tt.TurnEnded) == [4.2]


# -- any scene -----------------------------------------------------------------------------------

TEXTS = [
    *[ANSWER, "and then the", "um", "", "Yeah.", "Let me think.", "That's my answer.", "Mm-hm."],
    *["Does that make sense?", "What was the question again?", "I'd like to start with users."],
]
LINE = st.tuples(
    st.floats(0.05, 6.0), st.floats(0.05, 30.0), st.sampled_from(TEXTS), st.none() | st.floats(0, 1)
)
PROMPT = st.tuples(st.floats(0.0, 60.0), st.floats(0.2, 6.0))


def build(
    lines: list[tuple[float, float, str, float | None]],
    prompts: list[tuple[float, float]],
    duplex: str,
    look_ahead: str,
    full_s: float,
) -> Stage:
    scene = stage(duplex=duplex, look_ahead=look_ahead)
    scene.quick = look_ahead == "quick"
    scene.full_s = full_s
    at_s = 0.5
    for gap_s, length_s, text, vote in lines:
        scene.say(at_s + gap_s, at_s + gap_s + length_s, text, vote)
        at_s += gap_s + length_s
    at_s = 1.0
    for prompt_id, (gap_s, length_s) in enumerate(prompts):
        scene.prompt(at_s + gap_s, at_s + gap_s + length_s, prompt_id)
        at_s += gap_s + length_s
    return scene.play(at_s + sum(a + b for a, b, *_ in lines) + 60.0)


SCENES = st.tuples(
    st.lists(LINE, max_size=8),
    st.lists(PROMPT, max_size=3),
    st.sampled_from(["full", "half"]),
    st.sampled_from(["full", "quick"]),
    st.sampled_from([0.3, 1.2, 3.0, 9.0]),
)
Scene = tuple[list[tuple[float, float, str, float | None]], list[tuple[float, float]], str, str, float]


@given(SCENES)
@settings(deadline=None, max_examples=150)
def test_every_utterance_ends_up_in_exactly_one_place(scene: Scene) -> None:
    played = build(*scene)
    asked = {
        c.utterance_id for i in played.of(tt.Issue) if isinstance(c := i.command, Transcribe) and c.final
    }
    requests = [u.utterance.id for u in played.of(tt.UtteranceHeard) if u.hands_free]
    asides = [a.utterance.id for a in played.of(tt.Aside)]
    kept: list[list[int]] = []
    for _, outcome in played.out:
        if isinstance(outcome, tt.TurnEnded):
            kept.append([u.id for u in outcome.turn.utterances])
        elif isinstance(outcome, tt.TurnReopened):
            kept.pop()
    in_turns = [i for ids in kept for i in ids]
    still_open = [u.id for u in played.taker.turn_so_far.utterances]
    assert len(in_turns) == len(set(in_turns)), "an utterance in two turns"
    assert len(asides) == len(set(asides))
    assert not set(in_turns) & set(requests)
    heard = [u.utterance.id for u in played.of(tt.UtteranceHeard)]
    assert len(heard) == len(set(heard)), "reported twice"
    placed = set(in_turns) | set(requests) | set(asides) | set(still_open)
    assert set(heard) <= placed, "reported, and part of nothing"
    assert asked <= placed, "transcribed and forgotten"


@given(SCENES)
@settings(deadline=None, max_examples=100)
def test_turns_do_not_overlap_and_time_runs_forward(scene: Scene) -> None:
    played = build(*scene)
    last_end_s = 0.0
    kept: list[tt.CandidateTurn] = []
    for at_s, outcome in played.out:
        if isinstance(outcome, tt.TurnEnded):
            assert outcome.turn.utterances
            assert outcome.turn.judged_at_s == at_s
            assert outcome.turn.end_s <= at_s + 1e-6
            kept.append(outcome.turn)
        elif isinstance(outcome, tt.TurnReopened):
            kept.pop()
    for turn in kept:
        starts = [u.start_s for u in turn.utterances]
        assert starts == sorted(starts)
        assert turn.start_s >= last_end_s - 1e-6 or turn.utterances[0].id < turn.utterances[-1].id
        last_end_s = turn.end_s


@given(SCENES)
@settings(deadline=None, max_examples=60)
def test_the_same_scene_has_the_same_outcome(scene: Scene) -> None:
    assert build(*scene).out == build(*scene).out


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 3)), max_size=30))
@settings(deadline=None, max_examples=50)
def test_ticks_at_any_time_change_nothing(ticks: list[tuple[float, int]]) -> None:
    def play(extra: bool) -> list[tuple[float, str]]:
        scene = stage()
        scene.say(1.0, 12.0, ANSWER, 0.95)
        scene.say(14.0, 20.0, "And that is why.", 0.9)
        if extra:
            at_s = 0.0
            for gap_s, _ in ticks:
                at_s += gap_s
                scene.push(Tick(at_s))
        scene.play(40.0)
        return [(round(at_s, 6), type(o).__name__) for at_s, o in scene.out]

    assert play(True) == play(False)
