"""Two voices in one channel: how much of the speech goes to the right one?

Conversations are made of clips of two readers or speakers taking turns, every pair of them, levels evened
out; and there are the meetings with hand-labelled speakers, where some talk at once. Each word (in the made
conversations each 0.4 s of speech) that lands with the right voice counts by its length. Then each speaker
alone: is one voice said to be one?

    python scripts/bench_voices.py [--data ../shared/data]
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "scripts"))

from sound_conditions import load  # noqa: E402

from voice_interviewer.adapters.models import model_path  # noqa: E402
from voice_interviewer.adapters.two_voices import Parted, TwoVoices  # noqa: E402
from voice_interviewer.adapters.voice_prints import MODEL_ID, VoicePrints  # noqa: E402
from voice_interviewer.adapters.whisper_speech import STEP_S, speech_chances  # noqa: E402
from voice_interviewer.adapters.whisper_windows import WindowCutter  # noqa: E402
from voice_interviewer.core.errors import VoiceInterviewerError  # noqa: E402
from voice_interviewer.core.speech import Word  # noqa: E402
from voice_interviewer.ports import SAMPLE_RATE_HZ, Samples  # noqa: E402

SAID = Sequence[tuple[Word, str]]
PIECE_S, GAP_S, TURNS, CLIP_S, LEVEL = 0.4, 0.5, 4, 8.0, 0.06


def parted(prints: VoicePrints, sound: Samples, words: Sequence[Word]) -> Parted:
    """As a review does it."""
    voices = TwoVoices(prints)
    for window in WindowCutter().windows(
        sound[at : at + SAMPLE_RATE_HZ] for at in range(0, len(sound), SAMPLE_RATE_HZ)
    ):
        voices.hear(window)
    return voices.part(words)


def right(found: Parted, said: SAID) -> float:
    """Share of the speech with the right voice; each person belongs to the voice that has most of them."""
    voice = {id(word): number for number, own in enumerate((found.first, found.second)) for word in own}
    seconds: Counter[tuple[str, int]] = Counter()
    for word, person in said:
        seconds[person, voice[id(word)]] += word.end_s - word.start_s  # type: ignore[assignment]
    people = [person for person, _ in Counter(person for _, person in said).most_common()]
    best = max(
        sum(seconds[person, side if n == 0 else 1 - side] for n, person in enumerate(people))
        for side in (0, 1)
    )
    return best / sum(seconds.values())


def pieces(sound: Samples, start_s: float) -> list[Word]:
    """Speech in pieces of 0.4 s, as words."""
    chances = speech_chances(sound)
    found = []
    for at_s in np.arange(0.0, len(sound) / SAMPLE_RATE_HZ, PIECE_S).tolist():
        inside = chances[int(at_s / STEP_S) : int((at_s + PIECE_S) / STEP_S) + 1]
        if len(inside) and float((inside > 0.5).mean()) > 0.5:
            found.append(Word("x", start_s + at_s, start_s + at_s + PIECE_S - 0.01, 1.0))
    return found


def conversation(one: Sequence[Samples], other: Sequence[Samples]) -> tuple[Samples, SAID]:
    """Four turns each."""
    sounds: list[Samples] = []
    said: list[tuple[Word, str]] = []
    at_s = 0.0
    for turn in range(TURNS):
        for name, clips in (("one", one), ("other", other)):
            clip = clips[turn % len(clips)]
            clip = (clip * (LEVEL / np.sqrt((clip**2).mean()))).astype(np.float32)
            said += [(word, name) for word in pieces(clip, at_s)]
            sounds += [clip, np.zeros(int(GAP_S * SAMPLE_RATE_HZ), np.float32)]
            at_s += len(clip) / SAMPLE_RATE_HZ + GAP_S
    return np.concatenate(sounds), said


def speakers(data: Path) -> dict[str, list[Samples]]:
    """Everybody who is alone on a recording, in clips."""
    found: dict[str, list[Samples]] = {}
    for path in sorted((data / "read").glob("*.flac")):
        found.setdefault(path.stem.rsplit("-", 1)[0].split("-")[0], []).append(load(path))
    alone = [data / "spontaneous" / name for name in ("mfa_cold_corpus3.flac", "batchalign.flac")]
    for path in [*alone, data / "unlabelled" / "interview_1.flac"]:
        sound, size = load(path), int(CLIP_S * SAMPLE_RATE_HZ)
        found[path.stem] = [sound[at : at + size] for at in range(0, len(sound) - size // 2, size)][:6]
    return found


def meetings(data: Path, prints: VoicePrints) -> None:
    for path in sorted((data / "spontaneous").glob("ami_*.json")):
        facts = json.loads(path.read_text(encoding="utf-8"))
        said = [
            (Word(w["text"], w["start_s"], w["end_s"], 1.0), str(w["person"]))
            for w in facts["words"]
            if w["end_s"] > w["start_s"]
        ]
        said.sort(key=lambda one: one[0].start_s)
        share = Counter[str]()
        for word, person in said:
            share[person] += word.end_s - word.start_s  # type: ignore[assignment]
        found = parted(prints, load(path.parent / facts["audio"]), [word for word, _ in said])
        apart = f"{right(found, said):.0%}" if found.second else "one voice heard"
        people = ", ".join(f"{seconds:.0f} s" for _, seconds in share.most_common())
        print(f"  {path.stem:12} {len(share)} people ({people}): {apart}")


def pairs(found: Mapping[str, Sequence[Samples]], prints: VoicePrints) -> None:
    shares: list[float] = []
    heard_s = taken_s = 0.0
    for (one, its), (other, others) in itertools.combinations(found.items(), 2):
        sound, said = conversation(its, others)
        begun_s = time.process_time()
        result = parted(prints, sound, [word for word, _ in said])
        taken_s += time.process_time() - begun_s
        heard_s += len(sound) / SAMPLE_RATE_HZ
        shares.append(right(result, said))
        if shares[-1] < 0.97:
            print(f"  {one} with {other}: {shares[-1]:.1%} (alike {result.alike:.2f})")
    print(
        f"  {len(shares)} pairs: mean {np.mean(shares):.1%}, least {min(shares):.1%}, "
        f"{sum(share >= 0.97 for share in shares)} of them 97 % and more; "
        f"{60 * taken_s / heard_s:.1f} processor seconds a minute"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    args = parser.parse_args()
    try:
        prints = VoicePrints(model_path(MODEL_ID))
    except VoiceInterviewerError as error:
        print(f"SKIPPED: {error}", file=sys.stderr)
        return 0
    if not (args.data / "read").is_dir():
        print(f"SKIPPED: no recordings in {args.data}", file=sys.stderr)
        return 0
    found = speakers(args.data)
    print("Made conversations")
    pairs(found, prints)
    print("Meetings")
    meetings(args.data, prints)
    print("One speaker alone")
    for name, clips in found.items():
        sound = np.concatenate(clips)
        result = parted(prints, sound, pieces(sound, 0.0))
        print(
            f"  {name:20} {'two voices heard' if result.second else 'one voice'} (alike {result.alike:.2f})"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
