"""How far a converted gpt-oss's logits are from those of transformers, in each way it is used.

Needs the `train` extra. For tests without it, a small network and its logits are kept:

    python -m training.gpt_oss_exactness FOLDER     # in scripts/
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ctranslate2
import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from transformers import GptOssConfig, GptOssForCausalLM

from voice.models.gpt_oss import DESCRIPTION, ROUTING, WantedConversion, convert
from voice.models.gpt_oss.vocabulary import HARMONY

LENGTH = 56
"""Tokens of a conversation: several windows."""
WINDOW = 16
_HEADS, _KEY_HEADS = 4, 2
_UNCLAMPED = 1e9
_PLAIN = {"rope_type": "default", "rope_theta": 150000.0}
_YARN = {
    "rope_type": "yarn", "rope_theta": 150000.0, "factor": 32.0, "beta_fast": 32.0,
    "beta_slow": 1.0, "truncate": False, "original_max_position_embeddings": 4096,
}  # fmt: skip

Logits = NDArray[np.float32]


@dataclass(frozen=True)
class Features:
    """What a random network has; all that gpt-oss has by default."""

    experts: int = 2
    """All of them mixed in fixed shares: the form to which each sub-model comes down."""
    biases: bool = True
    yarn: bool = True
    sinks: bool = True
    windows: bool = True
    tied: bool = False
    layers: int = 4
    width: int = 96
    """Not the heads' size together: gpt-oss's are not equal either."""
    head: int = 32


def random_gpt_oss(features: Features, tokenizer: Path, folder: Path) -> GptOssForCausalLM:
    """A network with random weights and logits of about 1, saved as transformers does."""
    vocabulary = Tokenizer.from_file(str(tokenizer)).get_vocab_size() + 4
    layer_types = (
        ["sliding_attention", "full_attention"] if features.windows else ["full_attention"]
    )
    torch.manual_seed(3)
    model = GptOssForCausalLM(
        GptOssConfig(
            vocab_size=vocabulary,
            hidden_size=features.width,
            intermediate_size=features.width,
            num_hidden_layers=features.layers,
            num_attention_heads=_HEADS,
            num_key_value_heads=_KEY_HEADS,
            head_dim=features.head,
            num_local_experts=features.experts,
            num_experts_per_tok=features.experts,
            sliding_window=WINDOW,
            layer_types=(layer_types * features.layers)[: features.layers],
            rope_parameters=dict(_YARN if features.yarn else _PLAIN),
            swiglu_limit=_UNCLAMPED,
            tie_word_embeddings=features.tied,
            attn_implementation="eager",
        )
    ).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.copy_(_random(name, weight, features))
    model.save_pretrained(folder)
    shutil.copy(tokenizer, folder / "tokenizer.json")
    return model


def _random(name: str, weight: torch.Tensor, features: Features) -> torch.Tensor:
    fresh = torch.randn_like(weight)
    if name.endswith("sinks"):
        return fresh + 1 if features.sinks else torch.full_like(weight, -1e9)
    if "norm" in name:
        return 1 + 0.2 * fresh
    if "router.weight" in name:
        return torch.zeros_like(weight)
    if name.endswith("bias") and "router" not in name:
        return 0.3 * fresh if features.biases else torch.zeros_like(weight)
    if "embed_tokens" in name or "router" in name:
        return fresh
    return fresh / features.width**0.5


def fixed_shares(model: GptOssForCausalLM, folder: Path) -> Path:
    """Routing statistics of a network whose routers look at nothing."""
    mass = [layer.mlp.router.bias.softmax(0).tolist() for layer in model.model.layers]
    file = folder / ROUTING
    file.write_text(json.dumps({"mass": mass, "tokens": 1, "clamped": 0.0}))
    return file


def converted(model: GptOssForCausalLM, saved: Path, folder: Path, experts: int) -> Path:
    """The network in float32 for CTranslate2."""
    wanted = WantedConversion(experts, precision="float32", routing=fixed_shares(model, saved))
    convert(saved, folder, wanted)
    return folder


class Converted:
    """A converted network that is held against its original."""

    def __init__(self, model: GptOssForCausalLM, folder: Path) -> None:
        self._model = model
        self._tokens: list[str] = json.loads((folder / "vocabulary.json").read_text("utf-8"))
        self._prefix: list[str] = json.loads((folder / DESCRIPTION).read_text())["prefix_tokens"]
        self._generator = ctranslate2.Generator(
            str(folder), compute_type="float32", intra_threads=1
        )

    def close(self) -> None:
        """Let go of the network; left to the interpreter's end its threads may abort it."""
        del self._generator

    def differences(self) -> dict[str, float]:
        """The largest difference of any logit, in each way of use."""
        return {
            "prefill": self.prefill(),
            "step_by_step": self.step_by_step(),
            "batch": self.batch(),
            "static_prompt": self.static_prompt(),
        }

    def prefill(self) -> float:
        """A conversation that is read at once."""
        return self._read([self._conversation(1, LENGTH)])

    def batch(self) -> float:
        """Conversations of unequal length, read together."""
        return self._read([self._conversation(seed, LENGTH - 13 * seed) for seed in range(3)])

    def step_by_step(self) -> float:
        """A conversation that goes on token by token, past the window."""
        return self._written([], [self._conversation(2, 5)], LENGTH)

    def static_prompt(self) -> float:
        """Conversations behind a prompt that is kept: as it is read, from its cache, in a batch."""
        fixed = self._conversation(4, LENGTH // 2)
        calls = [self._conversation(seed, 6 + 2 * seed) for seed in (1, 2, 3)]
        return max(self._written(fixed, part, 24) for part in (calls[:1], calls[1:2], calls))

    def _conversation(self, seed: int, length: int) -> list[int]:
        random = np.random.default_rng(seed)
        return list(map(int, random.integers(0, self._model.config.vocab_size, length)))

    def _named(self, ids: Sequence[int]) -> list[str]:
        return [self._tokens[number] for number in ids]

    def _expected(self, ids: Sequence[int]) -> Logits:
        with torch.no_grad():
            logits: Logits = self._model(torch.tensor([ids])).logits[0].numpy()
        return logits

    def _read(self, conversations: Sequence[Sequence[int]]) -> float:
        prompts = [[*self._prefix, *self._named(ids)] for ids in conversations]
        found = np.array(self._generator.forward_batch(prompts, return_log_probs=False))
        worst = 0.0
        for ids, logits in zip(conversations, found, strict=True):
            expected = self._expected(ids)
            there = logits[len(self._prefix) :][: len(ids), : expected.shape[1]]
            worst = max(worst, float(np.abs(there - expected).max()))
        return worst

    def _written(self, fixed: Sequence[int], prompts: Sequence[Sequence[int]], count: int) -> float:
        results = self._generator.generate_batch(
            [self._named(ids) if fixed else [*self._prefix, *self._named(ids)] for ids in prompts],
            static_prompt=[*self._prefix, *self._named(fixed)] if fixed else None,
            max_length=count,
            sampling_topk=1,
            include_prompt_in_result=False,
            return_end_token=True,
            return_logits_vocab=True,
        )
        worst = 0.0
        for prompt, result in zip(prompts, results, strict=True):
            written = result.sequences_ids[0]
            whole = self._expected([*fixed, *prompt, *written])
            expected = whole[:-1][-len(written) :]
            # Before them stand steps that only read what one prompt has beyond a shorter one.
            found = np.array([np.array(step) for step in result.logits[0][-len(written) :]])
            worst = max(worst, float(np.abs(found[:, : whole.shape[1]] - expected).max()))
        return worst


def all_differences(tokenizer: Path) -> dict[str, float]:
    """Those of a network with all of gpt-oss's features."""
    features = Features()
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "saved"
        model = random_gpt_oss(features, tokenizer, saved)
        network = Converted(
            model, converted(model, saved, Path(folder) / "converted", features.experts)
        )
        try:
            return network.differences()
        finally:
            network.close()


def keep_small_network(folder: Path) -> None:
    """Write a network in bfloat16 with all of gpt-oss's features, and the logits of one text."""
    tokens = [*HARMONY, *sorted(ByteLevel.alphabet())]
    tokenizer = Tokenizer(BPE({token: row for row, token in enumerate(tokens)}, []))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.add_special_tokens(list(HARMONY))
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "tokenizer.json"
        tokenizer.save(str(file))
        features = Features(layers=2, width=48, head=16)
        model = random_gpt_oss(features, file, Path(place) / "saved").bfloat16()
        shutil.rmtree(folder, ignore_errors=True)
        model.save_pretrained(folder)
        shutil.copy(file, folder)
    model = GptOssForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    )
    fixed_shares(model, folder)
    ids = np.random.default_rng(1).integers(0, len(tokens), LENGTH)
    with torch.no_grad():
        logits = model(torch.from_numpy(ids[None])).logits[0].numpy()
    np.savez_compressed(folder / "logits.npz", ids=ids, logits=logits)


if __name__ == "__main__":
    keep_small_network(Path(sys.argv[1]))
