"""One call by stock pipecat: its Whisper, default turn strategies, OpenAI LLM and Piper."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path

from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.piper.tts import PiperTTSService
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from conversation_bench.stock.response_endpoint import MODEL
from conversation_bench.stock.transport import LINE_RATE, PIPELINE_RATE, LegInput, LegOutput
from voice.telephony.leg import Answer, Answered, Audio, Leg, Offer

CANCEL_SECONDS = 5


@dataclass(frozen=True)
class StockSettings:
    """All that is not pipecat's default."""

    recogniser: Path
    """Folder of a faster-whisper model."""
    voice: Path
    """A Piper voice's .onnx."""
    base_url: str
    compute_type: str = "int8"
    """Of the recogniser, as ours."""

    def lines(self) -> list[str]:
        """As they are printed."""
        return [
            f"WhisperSTTService(model={self.recogniser.name}, language=en, device=cpu,"
            f" compute_type={self.compute_type}); faster-whisper's defaults otherwise",
            "LLMUserAggregatorParams(user_turn_strategies=UserTurnStrategies()): VAD and"
            " transcription start, LocalSmartTurnAnalyzerV3 stop (stop_secs=3)",
            "SileroVADAnalyzer(VADParams(stop_secs=PAUSE)); confidence 0.7, start_secs 0.2,"
            " min_volume 0.6",
            f"OpenAILLMService(model={MODEL}, base_url: our response engine), streamed",
            f"PiperTTSService(voice={self.voice.stem}), sentence by sentence",
            f"PipelineParams(audio_in={PIPELINE_RATE}, audio_out={LINE_RATE});"
            " PipelineWorker's defaults otherwise",
        ]


async def hold(
    leg: Leg, offer: Offer, settings: StockSettings, pause_seconds: float, customer: str
) -> None:
    """Answer and hold one call; returns when the leg is over."""
    heard, said = LegInput(), LegOutput(leg)
    worker = _worker(heard, said, settings, pause_seconds, f"{offer.caller_number} {customer}")
    leg.send(Answer())
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run(auto_end=True))
    try:
        async for message in leg:
            match message:
                case Audio():
                    await heard.hear(message)
                case Answered() | _:
                    pass
    finally:
        await worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def _worker(
    heard: LegInput, said: LegOutput, settings: StockSettings, pause_seconds: float, user: str
) -> PipelineWorker:
    context = LLMContext()
    aggregators = LLMContextAggregatorPair(
        context,
        user_params=LLMUserAggregatorParams(
            user_turn_strategies=UserTurnStrategies(),
            vad_analyzer=SileroVADAnalyzer(params=VADParams(stop_secs=pause_seconds)),
        ),
    )
    recogniser = WhisperSTTService(
        device="cpu",
        compute_type=settings.compute_type,
        settings=WhisperSTTService.Settings(model=str(settings.recogniser)),
    )
    llm = OpenAILLMService(
        api_key="none",
        base_url=settings.base_url,
        settings=OpenAILLMService.Settings(model=MODEL, extra={"user": user}),
    )
    voice = PiperTTSService(
        download_dir=settings.voice.parent,
        settings=PiperTTSService.Settings(voice=settings.voice.stem),
    )
    steps = [heard, recogniser, aggregators.user(), llm, voice, said, aggregators.assistant()]
    return PipelineWorker(
        Pipeline(steps),
        params=PipelineParams(audio_in_sample_rate=PIPELINE_RATE, audio_out_sample_rate=LINE_RATE),
        cancel_timeout_secs=CANCEL_SECONDS,
    )
