"""Requests by voice: recognised when they are the whole utterance, and never inside an answer."""

from __future__ import annotations

import time

import pytest

from voice_interviewer.core.hands_free import HandsFree, match

POSITIVE: dict[str, list[str]] = {
    "repeat": [
        "Repeat the question.",
        "Could you repeat the question, please?",
        "Um, could you repeat the question please?",
        "Sorry, can you repeat that?",
        "Can you say that again?",
        "Would you mind repeating the question?",
        "What was the question?",
        "What was the question again?",
        "What's the question?",
        "Sorry, what was your question?",
        "I didn't catch that.",
        "I didn't quite catch the question, sorry.",
        "Pardon?",
        "Pardon me?",
        "Come again?",
        "Could you remind me what the question was?",
        "Can I hear the question one more time?",
        "Okay, so, can you just repeat it once more?",
        "What did you say?",
        "Could you rephrase the question?",
        "Repeat.",
    ],
    "time_left": [
        "How much time do I have?",
        "How much time do I have left?",
        "How much time is left?",
        "Uh, how much time do we have?",
        "How many minutes do I have left?",
        "How long do I have?",
        "How are we doing on time?",
        "How am I doing on time?",
        "Time check.",
        "Can I get a time check?",
        "What time do we have left?",
    ],
    "pause": [
        "Pause.",
        "Pause the interview.",
        "Can we pause?",
        "Can we pause here for a moment?",
        "Let's take a break.",
        "Could we take a short break, please?",
        "I need a break.",
        "Stop the clock.",
    ],
    "resume": [
        "Resume.",
        "Let's continue.",
        "Okay, I'm back.",
        "I'm ready.",
        "I'm ready to continue.",
        "Let's resume the interview.",
        "Continue.",
    ],
    "skip": [
        "Skip.",
        "Skip this one.",
        "Let's skip this one.",
        "Can we skip this question?",
        "I'd like to skip this question, please.",
        "Pass.",
        "Let's move on to the next question.",
        "Next question.",
        "Um, can we skip that one?",
        "I'll pass on this one.",
    ],
    "done": [
        "That's my answer.",
        "And that's my answer.",
        "So that's my answer.",
        "That's it.",
        "That's it from me.",
        "That's all.",
        "That's all I have.",
        "I'm done.",
        "I think I'm done.",
        "I'm finished.",
        "I'll stop there.",
        "I'll leave it there.",
        "That would be my recommendation.",
        "Okay, I think that's it.",
        "Done.",
        "Nothing else to add.",
        "Over to you.",
    ],
    "end": [
        "End the interview.",
        "Let's end the interview here.",
        "I'd like to end the interview now, thanks.",
        "Can we stop the interview?",
        "Please end the session.",
        "I want to stop.",
        "Stop the interview.",
        "Let's wrap up the session.",
    ],
}

HOLDS: dict[str, float] = {
    "Give me a minute.": 60,
    "Give me one minute, please.": 60,
    "Can you give me a minute to think?": 60,
    "Could I take two minutes to think about this?": 120,
    "Can I have a couple of minutes to structure my thoughts?": 120,
    "Let me take 30 seconds.": 30,
    "I'd like to take a minute to think.": 60,
    "I need a minute.": 60,
    "Give me ninety seconds.": 90,
    "Just a second.": 30,
    "One moment.": 30,
    "One moment, please.": 30,
    "Let me think.": 30,
    "Let me think about that.": 30,
    "Hmm, let me think about that for a second.": 30,
    "Hold on.": 30,
    "Hold on a second.": 30,
    "Bear with me.": 30,
    "Let me gather my thoughts.": 30,
    "Is it okay if I take a moment to think?": 30,
    "Okay, great, could I have some time to think?": 30,
    "Let me write that down.": 30,
    "Give me five minutes.": 300,
    "Give me ten minutes.": 300,
}

TO_SELF = {
    "Just a second.",
    "One moment.",
    "Let me think.",
    "Let me think about that.",
    "Hmm, let me think about that for a second.",
    "Hold on.",
    "Hold on a second.",
    "Let me gather my thoughts.",
    "Let me write that down.",
}
"""Of these: no leave is asked for, so none is given."""

NEGATIVE = [
    "",
    "Um",
    "Okay.",
    "Yes.",
    "We would skip this one for now and focus on commuters.",
    "We'd skip this one for now.",
    "I would skip onboarding for returning users.",
    "The end of the interview process is where candidates drop out.",
    "At the end of the interview they get a survey.",
    "Users want to pause the video.",
    "They can pause and resume their subscription at any time.",
    "We could let them repeat the question.",
    "I would repeat the question to the team until everybody had the same answer.",
    "The question is how much time do I have to invest.",
    "How much time do users spend on it?",
    "How much time do they have in the morning?",
    "Give me a minute is what my manager always said.",
    "It takes a minute to load.",
    "A minute of downtime costs us ten thousand dollars.",
    "In two minutes they would have found a driver.",
    "I gave them two weeks to decide.",
    "That's my answer to the first part, and the second part is about cost.",
    "That's it in terms of users, so now I'd go to solutions.",
    "When the task is done we send a notification.",
    "I'm done with the users, next I will look at their pain points.",
    "They're done in a week.",
    "I'm ready to talk about metrics now.",
    "Let's continue with the pain points.",
    "Let's go on to solutions.",
    "I'd like to end with a risk.",
    "I want to stop the spam problem first.",
    "We had to stop the project.",
    "I decided to pass on the offer.",
    "I'd pass on the data to the other team.",
    "The next question is whether they would pay.",
    "Next, the question of pricing.",
    "The last question on the form is optional.",
    "What was the question behind the question?",
    "What did you say about the budget?",
    "I think that the main metric is retention.",
    "I think about commuters first.",
    "Let me think about commuters first.",
    "Let me think about who the users are.",
    "Let me start with the users.",
    "Hold on to the customer's trust.",
    "Over to you was the name of the program.",
    "My recommendation is to skip it.",
    "The time left on the clock is shown to the player.",
    "Time to market is what matters.",
    "Second, I would look at retention.",
    "One more thing is privacy.",
    "A few seconds later the page loads.",
]


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in POSITIVE.items() for text in texts]
)
def test_a_request_is_heard(kind: str, text: str) -> None:
    assert match(text) == HandsFree(kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "seconds"), HOLDS.items())
def test_time_to_think_is_granted_for_as_long_as_asked(text: str, seconds: float) -> None:
    assert match(text) == HandsFree("give_me_a_minute", seconds, text in TO_SELF)


@pytest.mark.parametrize("text", NEGATIVE)
def test_words_of_an_answer_are_no_request(text: str) -> None:
    assert match(text) is None


@pytest.mark.parametrize("text", [text for texts in POSITIVE.values() for text in texts])
def test_a_request_inside_a_sentence_is_none(text: str) -> None:
    assert match(f"My manager said {text}") is None
    assert match(f"{text} said the customer on the phone to our team") is None


def test_long_utterances_cost_nothing() -> None:
    begun = time.perf_counter()
    for _ in range(200):
        assert (
            match("um so " * 30 + "we would then look at the question of how much time users have " * 20)
            is None
        )
        assert match("okay so um " * 10 + "x") is None
    assert time.perf_counter() - begun < 5.0
