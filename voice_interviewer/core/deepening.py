"""Questions that go deeper into what was just said, for when it is not sure what is missing.

Each fits any answer to its type of question, and hardly anybody answers it unasked. Where some do, `unless`
names the signals by which one would have heard it.
"""

from __future__ import annotations

from dataclasses import dataclass

from voice_interviewer.core.content import Framework

KEY = "deeper:"
"""Prefix of a decision's key: 'deeper:list:3' is the type's fourth question, asked in the step 'list'."""


@dataclass(frozen=True, slots=True)
class Deepening:
    """One question, in one or two wordings.

    `{choice}` stands for what the candidate said they would choose, build or solve.
    """

    texts: tuple[str, ...]
    phases: tuple[str, ...] = ()
    """Where it fits; () is everywhere."""
    unless: tuple[str, ...] = ()
    """Signals that answer it: not asked where one of them may have been given."""


_CHANGE_OF_MIND = Deepening(
    (
        "You would go with {choice}: what would make you change your mind?",
        "What would you have to see to change your mind about that?",
    ),
    unless=("early_sign_named", "stop_condition_named", "decision_rule_given", "test_for_hypothesis"),
)
_KNOWN_OR_GUESSED = Deepening(("How much of that do you know, and how much are you guessing?",))
_LEFT_OUT = Deepening(("What did you consider there and leave out?",))
_INSIDE = Deepening(("Who in the company would object to that, and on what ground?",))

OF_TYPE: dict[str, tuple[Deepening, ...]] = {
    "product-design": (
        Deepening(
            ("What would the engineer who has to build {choice} ask you first?",), ("list", "evaluate")
        ),
        Deepening(("Where have you seen something like that done well?",), ("list", "evaluate")),
        Deepening(("Which of these people would never use it?",), ("list", "evaluate", "summarize")),
        Deepening(("What would you ask one of these people if you could call them now?",), ("identify",)),
        Deepening(("What have these people already tried against that?",), ("report", "cut")),
        _CHANGE_OF_MIND,
        _KNOWN_OR_GUESSED,
        _INSIDE,
    ),
    "metrics": (
        Deepening(("Which of those numbers would you leave off the dashboard?",), ("metrics",)),
        Deepening(("Which number would show you that even earlier?",), ("metrics", "evaluation")),
        Deepening(("Who in the company would not like that number?",), ("metrics",)),
        Deepening(("Which of these actions would you rather not encourage?",), ("actions",)),
        Deepening(("Whose goal would you give up first if the two collided?",), ("goals",)),
        _KNOWN_OR_GUESSED,
        _CHANGE_OF_MIND,
    ),
    "diagnosis": (
        Deepening(("Which answer would surprise you most?",), ("clarify", "scope")),
        Deepening(("How long would you give yourself for that step?",), ("investigate", "scope")),
        Deepening(("What would you tell your manager after the first hour?",), ("scope", "hypotheses")),
        Deepening(("What could two causes at once look like here?",), ("hypotheses", "investigate")),
        Deepening(("Who has to agree before you do that?",), ("recommend",)),
        _KNOWN_OR_GUESSED,
    ),
    "strategy": (
        _CHANGE_OF_MIND,
        Deepening(("Who on the board would vote against that, and why?",), ("options", "choice", "plan")),
        Deepening(("Which of that will still be true in ten years?",), ("goal", "market")),
        Deepening(("Which figure in there are you least sure of?",), ("market", "plan")),
        _KNOWN_OR_GUESSED,
        _LEFT_OUT,
    ),
    "prfaq": (
        Deepening(("What might a customer misunderstand in that?",), ("headline", "solution")),
        Deepening(("Which sentence of that would you cut?",), ("headline", "problem", "customer-quote")),
        Deepening(("What would the lawyers want to change in it?",), ("solution", "how-it-works")),
        Deepening(("Which question are you hoping that nobody asks?",), ("faq",)),
        _KNOWN_OR_GUESSED,
        _INSIDE,
    ),
    "technical": (
        Deepening(("Which of these parts would you rather buy than build?",), ("architecture", "deep-dive")),
        Deepening(("What would you measure first once it runs?",), ("architecture", "deep-dive")),
        Deepening(("Which requirement would you give back first?",), ("requirements", "trade-offs")),
        Deepening(("Which of those figures would you check first?",), ("estimation",)),
        Deepening(("What would a developer get wrong with that at first?",), ("api",)),
        Deepening(("What would the person on call ask you about that?",), ("deep-dive", "trade-offs")),
        _LEFT_OUT,
    ),
    "responsible-ai": (
        Deepening(("Who in the company should take that decision?",), ("options", "guardrails")),
        Deepening(("Which part of that would you want in writing?",), ("guardrails", "communicate")),
        Deepening(("Whom would you ask before you decide?",), ("assess", "stakeholders")),
        Deepening(("How would you explain that to a friend outside the industry?",), ("communicate",)),
        _KNOWN_OR_GUESSED,
        _LEFT_OUT,
    ),
    "ai-fluency": (
        Deepening(("What would you do there without any model?",), ("use-case", "approach")),
        Deepening(("Which of those problems will better models make go away?",), ("capabilities", "safety")),
        Deepening(("Which of those would you trust least?",), ("evaluation",)),
        Deepening(("How would that change at a hundred times the use?",), ("economics",)),
        _KNOWN_OR_GUESSED,
        _CHANGE_OF_MIND,
    ),
    "behavioural": (
        Deepening(("What did you know at that point, and what did you only assume?",)),
        Deepening(("How would somebody else who was there tell that story?",)),
        Deepening(("What went through your mind at that moment?",)),
        Deepening(("With one more week, what would you have done?",)),
        Deepening(("What was easier than you had expected?",)),
    ),
}


def fitting(framework: Framework, phase_id: str) -> list[tuple[int, Deepening]]:
    """Number and question of those made for the step, or else of those that fit every step."""
    known = list(enumerate(OF_TYPE.get(framework.type, ())))
    made = [pair for pair in known if phase_id in pair[1].phases]
    return made or [pair for pair in known if not pair[1].phases]


def answered_by(framework: Framework, key: str) -> tuple[str, ...]:
    """The signals that answer the question of a decision's key."""
    return OF_TYPE[framework.type][int(key.rpartition(":")[2])].unless
