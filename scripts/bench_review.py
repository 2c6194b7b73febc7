"""What a review costs beside bare faster-whisper on the same file, and how its memory grows with the length.

Each measurement runs in a process of its own, one after the other, models loaded before the clock starts.
"Bare" is `WhisperModel.transcribe(file)` of the same weights on as many threads: as its documentation has it
(beam 5), and greedy, each with and without word times. The file is made of the recordings in the data folder,
or given. The ratio is of processor time.

    python scripts/bench_review.py [FILE] [--data ../shared/data] [--rounds 2]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from voice_interviewer.adapters.models import model_path  # noqa: E402

BARE = {
    "faster-whisper, beam 5": {"beam_size": 5},
    "faster-whisper, beam 5, word times": {"beam_size": 5, "word_timestamps": True},
    "faster-whisper, greedy": {"beam_size": 1},
    "faster-whisper, greedy, word times": {"beam_size": 1, "word_timestamps": True},
}
OURS = "review (words, fillers read twice, pitch)"
SOURCES = ("spontaneous/*.flac", "unlabelled/interview_*.flac", "read/*.flac")


def make_file(data: Path, target: Path) -> None:
    """All the recordings, one after the other, as 16 kHz mono."""
    import soundfile
    from faster_whisper.audio import decode_audio

    paths = [path for pattern in SOURCES for path in sorted(data.glob(pattern))]
    sound = np.concatenate([decode_audio(str(path), sampling_rate=16_000) for path in paths])
    soundfile.write(target, sound, 16_000, subtype="PCM_16")


def measure(system: str, path: Path, threads: int) -> dict[str, float]:
    """In this process: seconds of work, and the peak of resident memory."""
    folder = model_path("whisper-base")
    if system == OURS:
        from voice_interviewer.adapters.audio_files import AudioReader
        from voice_interviewer.adapters.review_pipeline import ReviewPipeline
        from voice_interviewer.adapters.whisper import WhisperTranscriber

        transcriber = WhisperTranscriber(folder, threads=threads, second_look=True)
        transcriber.warm_up()
        begun_s, worked_s = time.perf_counter(), processor_s()
        words = sum(len(said.words) for said in ReviewPipeline(transcriber).run(AudioReader(path)).utterances)
    else:
        from faster_whisper import WhisperModel

        model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)
        begun_s, worked_s = time.perf_counter(), processor_s()
        segments, _ = model.transcribe(str(path), language="en", **BARE[system])
        words = sum(len(segment.text.split()) for segment in segments)
    taken_s = time.perf_counter() - begun_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"taken_s": taken_s, "worked_s": processor_s() - worked_s, "peak_mb": peak_mb, "words": words}


def processor_s() -> float:
    """Seconds of processor this process has used: steadier than the clock on a machine with other work."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def in_own_process(system: str, path: Path, threads: int) -> dict[str, float]:
    command = [sys.executable, __file__, str(path), "--one", system, "--threads", str(threads)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def repeated(path: Path, times: int, target: Path) -> None:
    import soundfile

    with soundfile.SoundFile(target, "w", 16_000, 1, subtype="PCM_16") as out:
        for _ in range(times):
            for block in soundfile.blocks(path, 160_000, dtype="int16"):
                out.write(block)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--rounds", type=int, default=1, help="of each; the fastest counts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", action="store_true", help="also review a file three times as long")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.one, args.file, args.threads)))
        return 0
    if args.file is None and not (args.data / "spontaneous").is_dir():
        print(f"SKIPPED: no recordings in {args.data}", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        path = args.file or Path(scratch) / "all.wav"
        if args.file is None:
            make_file(args.data, path)
        results: dict[str, dict[str, float]] = {}
        for system in [*BARE, OURS] * args.rounds:
            result = in_own_process(system, path, args.threads)
            if system not in results or result["worked_s"] < results[system]["worked_s"]:
                results[system] = result
        print(f"{'system':44}{'clock s':>9}{'CPU s':>9}{'words':>7}{'peak MB':>9}{'review / it':>13}")
        for system, result in results.items():
            ratio = results[OURS]["worked_s"] / result["worked_s"]
            print(
                f"{system:44}{result['taken_s']:9.1f}{result['worked_s']:9.1f}{result['words']:7.0f}"
                f"{result['peak_mb']:9.0f}{'' if system == OURS else f'{ratio:12.2f}x'}"
            )
        if args.memory:
            longer = Path(scratch) / "longer.wav"
            repeated(path, 3, longer)
            peak_mb = in_own_process(OURS, longer, args.threads)["peak_mb"]
            print(f"review of three times the length: peak {peak_mb:.0f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
