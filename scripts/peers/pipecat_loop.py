"""A peer for scripts/bench_turns.py: pipecat's own pipeline, set up as its documentation tells.

Silero and Smart Turn v3 decide on turns, faster-whisper base hears, Piper speaks; a list of fixed questions
stands in place of the language model, so that nothing is waited for there. Runs in an environment of its own:

    uv run --with "pipecat-ai[silero,local-smart-turn-v3,whisper,piper,local]==1.14.0" \
        python scripts/peers/pipecat_loop.py
"""

# mypy: ignore-errors
# pipecat is not a dependency of the project.

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineTask
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.piper.tts import PiperTTSService
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transports.local.audio import LocalAudioTransport, LocalAudioTransportParams
from questions import GREETING, QUESTIONS

MODELS = Path(__file__).resolve().parent.parent.parent / "models"


class FixedQuestions(FrameProcessor):
    """Answers at once, whatever was said."""

    def __init__(self) -> None:
        super().__init__()
        self._questions = itertools.cycle(QUESTIONS)

    async def process_frame(self, frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            await self.push_frame(LLMFullResponseStartFrame())
            await self.push_frame(LLMTextFrame(next(self._questions)))
            await self.push_frame(LLMFullResponseEndFrame())
        else:
            await self.push_frame(frame, direction)


async def main() -> None:
    """Talk until interrupted."""
    transport = LocalAudioTransport(LocalAudioTransportParams(audio_in_enabled=True, audio_out_enabled=True))
    stt = WhisperSTTService(
        device="cpu",
        compute_type="int8",
        settings=WhisperSTTService.Settings(model=str(MODELS / "whisper-base")),
    )
    voice = next((MODELS / "piper-en_US-joe-medium").glob("*.onnx"))
    tts = PiperTTSService(download_dir=voice.parent, settings=PiperTTSService.Settings(voice=voice.stem))
    user, assistant = LLMContextAggregatorPair(
        LLMContext(), user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
    )
    pipeline = Pipeline([transport.input(), stt, user, FixedQuestions(), tts, transport.output(), assistant])
    task = PipelineTask(pipeline, idle_timeout_secs=None)
    await task.queue_frame(TTSSpeakFrame(GREETING))
    await PipelineRunner().run(task)


if __name__ == "__main__":
    asyncio.run(main())
