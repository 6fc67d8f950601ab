"""How quick a dense gpt-oss of gpt-oss-20b's sizes is on this machine, with random weights.

    python scripts/bench_dense_gpt_oss.py --quick
    python scripts/bench_dense_gpt_oss.py --full --json benchmarks/bench_dense_gpt_oss.json

The figures are tokens a second and ms to the first token behind a cached prompt of 300 tokens and
30 new ones, for K experts in int8, on one core. A full run holds them against transformers in
bfloat16 (with the `train` extra), and needs 12 GB of memory and 5 GB of disk.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import ctranslate2
import numpy as np
from tokenizers import Tokenizer

from voice.evaluation.benchmark_command import arguments, concluded, run_benchmark
from voice.evaluation.figures import BenchmarkResult
from voice.models.gpt_oss.ctranslate2_folder import ROWS, write_ctranslate2
from voice.models.gpt_oss.layout import Layout
from voice.models.gpt_oss.network import DenseLayer, Linear
from voice.models.gpt_oss.rotary import Rotary, Yarn
from voice.models.gpt_oss.shape import GPT_OSS, Shape
from voice.models.gpt_oss.tensors import Array, Rows
from voice.models.gpt_oss.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parent.parent
STATIC, NEW, WRITTEN = 300, 30, 20
"""Tokens of the cached prompt, of what the caller says, and of the reply."""
TRIES = 3
QUICK_SECONDS, FULL_SECONDS = 112, 29 * 60
SMALL_VOCABULARY = 32768
_LAYERS = 24
_WINDOWS = (128, None) * (_LAYERS // 2)
_20B = Shape(
    kind=GPT_OSS, vocabulary=201088, width=2880, inner=2880, layers=_LAYERS, heads=64,
    key_heads=8, head=64, epsilon=1e-5, context=131072,
    rotary=Rotary(150000.0, Yarn(32.0, 4096, truncate=False)), windows=_WINDOWS,
)  # fmt: skip


Times = tuple[float, float]
"""Seconds on the wall and of the processor."""


@dataclass(frozen=True)
class Speed:
    """Of one call that has the machine to itself."""

    first_token_ms: float
    tokens_per_second: float
    tokens_per_processor_second: float
    """Of all cores together, which says more on a busy machine."""


class RandomNetwork:
    """A DenseNetwork in which all layers are the same; speed does not depend on values."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._random = np.random.default_rng(1)
        wide, narrow = shape.heads * shape.head, shape.key_heads * shape.head
        norm = np.ones(shape.width, np.float32)
        self._layer = DenseLayer(
            norm,
            self._linear(wide, shape.width),
            self._linear(narrow, shape.width),
            self._linear(narrow, shape.width),
            self._linear(shape.width, wide),
            self.sinks(0),
            norm,
            self._linear(shape.inner, shape.width),
            self._linear(shape.inner, shape.width),
            self._linear(shape.width, shape.inner),
        )
        self._rows = self._linear(ROWS, shape.width).weight

    def _linear(self, out: int, into: int) -> Linear:
        weight = self._random.random((out, into), np.float32) - 0.5
        return Linear(weight * 2 / np.sqrt(into).astype(np.float32), np.zeros(out, np.float32))

    def embedding(self, rows: Rows) -> Array:
        """See DenseNetwork.embedding."""
        return self._rows[: len(np.atleast_1d(np.asarray(rows)))]

    def head(self, rows: Rows) -> Array:
        """See DenseNetwork.head."""
        return self.embedding(rows)

    def final_norm(self) -> Array:
        """See DenseNetwork.final_norm."""
        return np.ones(self.shape.width, np.float32)

    def sinks(self, layer: int) -> Array:
        """See DenseNetwork.sinks."""
        return np.ones(self.shape.heads, np.float32)

    def layer(self, index: int) -> DenseLayer:
        """See DenseNetwork.layer."""
        return self._layer


@contextmanager
def written(shape: Shape) -> Iterator[tuple[Path, list[str]]]:
    """A folder with such a network in int8, and the prefix of its prompts."""
    tokens = [f"t{number}" for number in range(shape.vocabulary)]
    tokenizer = Tokenizer.from_file(str(ROOT / "response_models/embedded-en/tokenizer.json"))
    vocabulary = Vocabulary(tokenizer, tokens, np.arange(shape.vocabulary), "t0", "t1")
    layout = Layout(shape, sinks=True, precision="int8")
    with tempfile.TemporaryDirectory() as folder:
        write_ctranslate2(RandomNetwork(shape), vocabulary, layout, Path(folder))
        yield Path(folder), layout.prefix


def speed_of(shape: Shape, threads: int) -> tuple[Speed, float]:
    """How quick it is in CTranslate2, and its size on disk in GB."""
    with written(shape) as (folder, prefix):
        size = (folder / "model.bin").stat().st_size / 1e9
        generator = ctranslate2.Generator(str(folder), compute_type="int8", intra_threads=threads)
        random = np.random.default_rng(2)
        static = [*prefix, *(f"t{n}" for n in random.integers(2, shape.vocabulary, STATIC))]

        def reply(prompt: Sequence[int]) -> list[Times]:
            times = [_now()]
            generator.generate_batch(
                [[f"t{n}" for n in prompt]],
                static_prompt=static,
                max_length=WRITTEN,
                min_length=WRITTEN,
                sampling_topk=1,
                include_prompt_in_result=False,
                callback=lambda _: times.append(_now()),
            )
            return times

        return _best(reply, shape.vocabulary), size


def speed_in_transformers(shape: Shape, threads: int) -> Speed:
    """How quick the same network is in transformers, in bfloat16."""
    import torch
    from transformers import DynamicCache, GptOssConfig, GptOssForCausalLM

    torch.set_num_threads(threads)
    config = GptOssConfig(
        vocab_size=shape.vocabulary, hidden_size=shape.width, intermediate_size=shape.inner,
        num_hidden_layers=shape.layers, num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_heads, head_dim=shape.head, sliding_window=shape.window,
        num_local_experts=1, num_experts_per_tok=1, attn_implementation="eager",
    )  # fmt: skip
    with torch.device("meta"):
        model = GptOssForCausalLM(config).to(torch.bfloat16)
    model = model.to_empty(device="cpu").eval()
    for weight in model.parameters():
        weight.data.fill_(0.01)
    model.model.rotary_emb = type(model.model.rotary_emb)(config)
    static = torch.from_numpy(np.random.default_rng(2).integers(2, shape.vocabulary, (1, STATIC)))

    def reply(prompt: Sequence[int]) -> list[Times]:
        cache = DynamicCache(config=config)
        model(static, cache=cache)
        ids, times = torch.tensor([list(prompt)]), [_now()]
        for _ in range(WRITTEN):
            ids = model(ids, cache=cache, logits_to_keep=1).logits.argmax(-1)
            times.append(_now())
        return times

    with torch.no_grad():
        return _best(reply, shape.vocabulary)


def _best(reply: Callable[[Sequence[int]], list[Times]], vocabulary: int) -> Speed:
    """Of some tries, each with other words; the first one fills the cache."""
    random = np.random.default_rng(3)
    firsts, rates, work = [], [], []
    for number in range(TRIES + 1):
        times = reply(random.integers(2, vocabulary, NEW).tolist())
        if number:
            (began, _), (first, worked_first), (end, worked_end) = times[0], times[1], times[-1]
            firsts.append((first - began) * 1000)
            rates.append((len(times) - 2) / (end - first))
            work.append((len(times) - 2) / (worked_end - worked_first))
    return Speed(min(firsts), max(rates), max(work))


def _now() -> Times:
    return time.perf_counter(), time.process_time()


async def main() -> int:
    """Print and keep a row for each network."""
    parser = arguments(__doc__)
    parser.add_argument("--threads", type=int, default=1, help="of the one call")
    options = parser.parse_args()
    result = BenchmarkResult.begin("bench_dense_gpt_oss")

    def add(name: str, speed: Speed, **more: float) -> None:
        result.note_contention()
        result.count(f"tokens_per_second_{name}", round(speed.tokens_per_second, 2), WRITTEN)
        work = round(speed.tokens_per_processor_second, 2)
        result.count(f"tokens_per_processor_second_{name}", work, WRITTEN)
        result.count(f"first_token_ms_{name}", round(speed.first_token_ms), TRIES)
        result.rows.append({"network": name, **vars(speed), **more})
        print(json.dumps(result.rows[-1]), flush=True)

    networks = {"k1": _20B}
    if options.full:
        for count in (2, 4):
            networks[f"k{count}"] = replace(_20B, inner=_20B.inner * count)
        networks["k1_full_attention"] = replace(_20B, windows=(None,) * _LAYERS)
        small = replace(networks["k1_full_attention"], vocabulary=SMALL_VOCABULARY)
        networks["k1_full_attention_32k"] = small
    async with result.measured_within(FULL_SECONDS if options.full else QUICK_SECONDS):
        for name, shape in networks.items():
            speed, size = speed_of(shape, options.threads)
            add(name, speed, gigabytes=size)
        if options.full:
            for count in (1, 2, 4):
                shape = replace(_20B, inner=_20B.inner * count)
                add(f"k{count}_transformers", speed_in_transformers(shape, options.threads))
    return concluded(result, options)


if __name__ == "__main__":
    run_benchmark(main)
