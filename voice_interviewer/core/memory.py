"""What the interviewer remembers of one interview: what was heard, what was asked, where the candidate is."""

from __future__ import annotations

from collections import Counter
from collections.abc import KeysView, Mapping
from dataclasses import dataclass, field

from voice_interviewer.core.agenda import Agenda
from voice_interviewer.core.content import Framework, Persona, Phase, Question
from voice_interviewer.core.hearing import ANSWERS, chances, given, phases_at_hand
from voice_interviewer.core.mentions import mentioned
from voice_interviewer.core.phase_tracker import PhaseBelief, PhaseTracker
from voice_interviewer.core.quoting import choices
from voice_interviewer.core.signals import Heard, find_signals
from voice_interviewer.core.stems import content_stems

COVERED_SHARE = 0.25
"""A phase counts as covered when this share of its budget was spent in it, or half its signals were heard."""
COVERED_MIN_S = 8.0
RECENT_PROMPTS = 2
"""What was said before that many prompts is not taken up any more."""
SURELY = 0.5
RECENT_UTTERANCES = 8
"""Half a minute to a minute of talk: nobody comes back to what was mentioned in passing before that."""


@dataclass(slots=True)
class Memory:
    """All that decisions are made from."""

    framework: Framework
    question: Question
    agenda: Agenda
    tracker: PhaseTracker
    persona: Persona | None = None
    heard: list[Heard] = field(default_factory=list)
    heard_ids: set[str] = field(default_factory=set)
    chances: dict[str, float] = field(default_factory=dict)
    """Signal -> how probable it is that some utterance gave it, also where that is too little to be heard."""
    answered: dict[int, float] = field(default_factory=dict)
    """Number of the question's own follow-up -> how probable it is that it was answered."""
    chosen: list[tuple[str, str]] = field(default_factory=list)
    """(phase, what the candidate said they would choose, build or solve there)."""
    utterances: int = 0
    """So many were heard."""
    mentions: list[tuple[int, int, str]] = field(default_factory=list)
    """(how many prompts had been spoken then, number of the utterance, a thing the candidate mentioned)."""
    last_text: str = ""
    """The utterance heard last, and what it means."""
    last_meanings: Mapping[str, float] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    """Keys of decisions that were spoken."""
    asked_late: set[str] = field(default_factory=set)
    """Those that went back to an earlier step after all had been walked."""
    said: list[str] = field(default_factory=list)
    """Texts of prompts that were spoken."""
    stem_counts: Counter[str] = field(default_factory=Counter)
    """In how many utterances a content word's stem was said; 0 where only a quick look heard it."""
    follow_ups_in: Counter[str] = field(default_factory=Counter)
    invited: set[str] = field(default_factory=set)
    """Phases the interviewer has already led to."""
    last_kind: str = ""
    pending_phase: str | None = None
    """Phase the last prompt asked about: evidence for the answer's phase."""

    def hear(
        self, text: str, start_s: float, end_s: float, meanings: Mapping[str, float] | None = None
    ) -> PhaseBelief:
        """Take in an utterance: where it is, what it shows; time is credited to its phase."""
        belief = self.tracker.observe(
            text, start_s, end_s, meanings=meanings or {}, after_prompt=self.pending_phase
        )
        self.pending_phase = None
        if belief.phase_id != self.agenda.current:
            self.agenda.enter(belief.phase_id, self.tracker.opened_s())
        here = phases_at_hand(self.framework, belief.phase_id, meanings or {})
        found = [one for phase in here for one in find_signals(self.framework, phase, text)]
        self.heard.extend(found)
        self.heard_ids.update(h.signal_id for h in found)
        self.heard_ids.update(given(self.framework, belief.phase_id, meanings or {}))
        self._note_chances(belief.phase_id, meanings or {})
        self.chosen += [(belief.phase_id, quote) for quote in choices(text)]
        self.stem_counts.update(content_stems(text))
        self.last_text, self.last_meanings = text, meanings or {}
        self.utterances += 1
        self.mentions += [(len(self.said), self.utterances, phrase) for phrase in mentioned(text)]
        return belief

    @property
    def said_stems(self) -> KeysView[str]:
        """Stems of all that was said so far."""
        return self.stem_counts.keys()

    def just_mentioned(self) -> list[str]:
        """Things the candidate spoke of in the last turn or two, not long ago, and nobody took up: first
        those that came up more than once, then the latest turn's, then the fullest. What the question speaks
        of itself is not among them.
        """
        spoken_of = content_stems(" ".join((self.question.wording, *self.said)))
        fresh = [
            (when, phrase)
            for when, number, phrase in self.mentions
            if when >= len(self.said) - RECENT_PROMPTS and number > self.utterances - RECENT_UTTERANCES
        ]
        own = [one for one in fresh if not content_stems(one[1]) <= spoken_of]
        return [
            phrase
            for _, phrase in sorted(
                own, key=lambda one: (not self._recurs(one[1]), -one[0], -len(one[1].split()))
            )
        ]

    def _recurs(self, phrase: str) -> bool:
        """Whether what it speaks of came up in more than one utterance."""
        return any(self.stem_counts[stem] > 1 for stem in content_stems(phrase.split()[-1]))

    def meanings_at_end(self, turn_text: str) -> Mapping[str, float]:
        """What the end of a turn means; nothing where its last words were not read for that."""
        return self.last_meanings if self.last_text and turn_text.endswith(self.last_text) else {}

    def _note_chances(self, believed: str, meanings: Mapping[str, float]) -> None:
        for signal, chance in chances(self.framework, believed, meanings).items():
            self.chances[signal] = max(chance, self.chances.get(signal, 0.0))
        for number in range(len(self.question.follow_ups)):
            answered = meanings.get(f"{ANSWERS}{number}", 0.0)
            self.answered[number] = max(answered, self.answered.get(number, 0.0))

    def chance_given(self, signal_id: str) -> float:
        """How probable it is that the candidate has given a signal, 0 to 1."""
        return 1.0 if signal_id in self.heard_ids else self.chances.get(signal_id, 0.0)

    def was_surely_given(self, signal_id: str) -> bool:
        """Whether words prove it, or an utterance gives it more probably than not."""
        proved = any(heard.signal_id == signal_id for heard in self.heard)
        return proved or self.chances.get(signal_id, 0.0) >= SURELY

    def glimpse(self, text: str) -> None:
        """Words known roughly, before the final ones: what they show is not asked for. Where they are is
        settled by `hear`, which follows.
        """
        current = None if self.framework.monologue else self.agenda.current
        self.heard_ids.update(found.signal_id for found in find_signals(self.framework, current, text))
        self.stem_counts.update(dict.fromkeys(content_stems(text), 0))

    def next_open_phase(self) -> Phase | None:
        """The first phase after the current one that is not covered; None when there is none."""
        ids = [phase.id for phase in self.framework.phases]
        start = ids.index(self.agenda.current) + 1
        for phase in self.framework.phases[start:]:
            if not self.is_covered(phase) and phase.id not in self.invited:
                return phase
        return None

    def is_covered(self, phase: Phase) -> bool:
        """Was enough time spent there, or enough heard, to leave it alone?"""
        spent = self.agenda.spent_s[phase.id]
        if spent >= max(COVERED_MIN_S, COVERED_SHARE * self.agenda.budget_s(phase.id)):
            return True
        # In a long talk something always sounds a little like every signal: chances do not add up.
        given_here = sum(signal.id in self.heard_ids for signal in phase.signals)
        return given_here * 2 > len(phase.signals) > 0

    def own_words(self, phase_id: str) -> list[tuple[str, str]]:
        """What a question about a phase may take up: ('{choice}' or '{quote}', words), latest first."""
        chosen = [("{choice}", words) for phase, words in reversed(self.chosen) if phase == phase_id]
        return chosen + [("{quote}", h.quote) for h in reversed(self.heard) if h.phase_id == phase_id]

    def recent_quotes(self, limit: int = 4) -> list[str]:
        """The latest words that proved something, latest first."""
        return [h.quote for h in self.heard[-limit:]][::-1]
