"""Moments worth hearing: a few seconds of the recording with the words that are heard in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice_interviewer.analysis.findings import Example, FillerEvent, Pause, Quote
from voice_interviewer.analysis.tokens import SENTENCE, SpokenWord

LEAD_S = 0.3
TAIL_S = 0.4
MAX_CLIP_S = 12.0
CLUSTER_S = 8.0


@dataclass(frozen=True, slots=True)
class Moments:
    """Cuts examples out of a session."""

    words: Sequence[SpokenWord]
    fillers: Sequence[FillerEvent]
    duration_s: float

    def between(self, start_s: float, end_s: float, why: str, *, filler_ids: tuple[str, ...] = ()) -> Example:
        """From one time to another, at most `MAX_CLIP_S`, with a little air around."""
        end_s = min(end_s, start_s + MAX_CLIP_S)
        return Example(
            start_s=max(0.0, start_s - LEAD_S),
            end_s=min(self.duration_s, end_s + TAIL_S) if self.duration_s > start_s else end_s + TAIL_S,
            quote=self.heard(start_s, end_s),
            why=why,
            filler_ids=filler_ids,
        )

    def heard(self, start_s: float, end_s: float) -> str:
        """Words that begin between two times, ums that only the audio has set among them."""
        heard = [word for word in self.words if start_s - 0.01 <= word.start_s < end_s]
        sounds = [(word.start_s, word.text) for word in heard]
        sounds += [
            (event.start_s, f"{event.token}")
            for event in self.fillers
            if event.category == "vocal" and not event.words and start_s - 0.01 <= event.start_s < end_s
        ]
        text = " ".join(text for _, text in sorted(sounds))
        if heard and heard[0].opens != SENTENCE:
            text = f"… {text}"
        if heard and heard[-1].closes != SENTENCE and heard[-1].index + 1 < len(self.words):
            text = f"{text} …"
        return text

    def quote(self, quote: Quote, why: str) -> Example:
        """A quote as an example."""
        return self.between(quote.start_s, quote.end_s, why)

    def after(self, start_s: float, why: str, *, length_s: float = 7.0) -> Example:
        """What was said from a time on."""
        first = next((word.start_s for word in self.words if word.start_s >= start_s - LEAD_S), start_s)
        return self.between(first, first + length_s, why)

    def around_pause(self, pause: Pause, why: str) -> Example:
        """A pause with the words to both sides of it."""
        before = [word for word in self.words if word.end_s <= pause.start_s + 0.01][-5:]
        following = [word for word in self.words if word.start_s >= pause.end_s - 0.01][:5]
        start_s = max(before[0].start_s if before else pause.start_s, pause.start_s - 3.0)
        end_s = min(following[-1].end_s if following else pause.end_s, pause.end_s + 3.0)
        left = " ".join(word.text for word in before)
        right = " ".join(word.text for word in following)
        quote = f"{left} […{pause.length_s:.1f} s…] {right}".strip()
        return Example(max(0.0, start_s - LEAD_S), end_s + TAIL_S, quote, why)

    def densest(self, events: Sequence[FillerEvent], count: int = 2) -> list[Example]:
        """The stretches of some seconds with the most of these fillers, apart from each other."""
        clusters: list[tuple[int, float, list[FillerEvent]]] = []
        last = 0
        for first, event in enumerate(events):
            last = max(last, first)
            while last + 1 < len(events) and events[last + 1].end_s - event.start_s <= CLUSTER_S:
                last += 1
            members = list(events[first : last + 1])
            clusters.append((-len(members), members[-1].end_s - event.start_s, members))
        chosen: list[list[FillerEvent]] = []
        for _, _, members in sorted(clusters, key=lambda cluster: cluster[:2]):
            if all(
                members[0].start_s > other[-1].end_s or members[-1].end_s < other[0].start_s
                for other in chosen
            ):
                chosen.append(members)
            if len(chosen) == count:
                break
        return [self._cluster(members) for members in chosen]

    def _cluster(self, members: Sequence[FillerEvent]) -> Example:
        first = max(
            (w.start_s for w in self.words if w.start_s < members[0].start_s), default=members[0].start_s
        )
        first = max(first, members[0].start_s - 1.5)
        following = min(
            (w.end_s for w in self.words if w.start_s >= members[-1].end_s), default=members[-1].end_s
        )
        end_s = max(members[-1].end_s, min(following, members[-1].end_s + 1.5))
        tokens = ", ".join(event.token for event in members)
        why = f"{len(members)} here: {tokens}" if len(members) > 1 else f"here: {tokens}"
        return self.between(first, end_s, why, filler_ids=tuple(event.id for event in members))

    def clean_runs(self, pauses: Sequence[Pause], count: int = 2) -> list[Example]:
        """The longest stretches without a filler and without a pause inside a clause."""
        cuts = sorted(
            [(event.start_s, event.end_s) for event in self.fillers]
            + [(p.start_s, p.end_s) for p in pauses if p.kind not in ("between_sentences", "between_clauses")]
        )
        runs: list[tuple[float, float]] = []
        position = 0
        run: tuple[float, float] | None = None
        for word in self.words:
            while position < len(cuts) and cuts[position][1] <= word.start_s + 0.01:
                if run:
                    runs.append(run)
                    run = None
                position += 1
            if position < len(cuts) and cuts[position][0] < word.end_s:
                continue
            run = (run[0], word.end_s) if run else (word.start_s, word.end_s)
        if run:
            runs.append(run)
        runs.sort(key=lambda span: span[0] - span[1])
        return [
            self.between(
                start_s, end_s, f"{end_s - start_s:.0f} s without a filler or a pause inside a clause"
            )
            for start_s, end_s in runs[:count]
            if end_s - start_s >= 3.0
        ]
