"""Train the embedded response model from nothing and export it.

    python scripts/train_responder.py --work build/responder --minutes 45

Writes checkpoints to --work and goes on from the last one when called again; at the end the model
is converted to CTranslate2 (int8) in --out. Needs the `train` extra, espeak-ng, and one core.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from transformers import GptOssForCausalLM

from training.dialogues.dialogue import DialogueWriter
from training.dialogues.noise import HearingNoise, sounds_alike, vocabulary
from training.dialogues.recorded import RecordedHearing
from training.response_model import export
from training.response_model import vocabulary as model_vocabulary
from training.response_model.examples import NOT_LEARNT, Batch, batches
from training.response_model.network import dense_gpt_oss, logits
from voice.response.engines.learnt import Learnt
from voice.response.prompts.harmony import PADDING, RETURN, Harmony
from voice.tasks import TaskSet, load_tasks

ROOT = Path(__file__).resolve().parent.parent

_WARM_UP_STEPS = 60
_FLAT_SHARE = 0.3
_SAVE_SECONDS = 120.0
_REPORT_SECONDS = 20.0


def main() -> None:
    """Train, and export at the end."""
    options = _options()
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    tasks = load_tasks(ROOT / "tasks")
    noise = _noise(options.work / "sounds_alike.json")
    recorded = RecordedHearing(options.work / "recorded.jsonl")
    tokenizer = options.work / "tokenizer.json"
    if not tokenizer.exists():
        first = DialogueWriter(tasks, random.Random(7), noise, part=options.part)
        model_vocabulary.build(first, tasks, options.vocabulary, tokenizer)
    harmony = Harmony.load(tokenizer)
    training = Training(options.work / "checkpoint.pt", harmony, options)
    choices = random.Random(options.seed + training.step)
    writer = DialogueWriter(tasks, choices, noise, part=options.part, recorded=recorded)
    source = batches(writer, instruction(tasks), harmony)
    training.run(source)
    export.write(training.model, tokenizer, options.out, Learnt.of(tasks, (), instruction(tasks)))
    print(f"exported to {options.out}", flush=True)


def instruction(tasks: TaskSet) -> str:
    """What the model is told before each conversation."""
    return f"telephone company. {' '.join(sorted(set(tasks.tools) - tasks.undoing))}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True, help="checkpoints and logs")
    parser.add_argument("--out", type=Path, default=ROOT / "response_models" / "embedded-en")
    parser.add_argument("--minutes", type=float, default=45.0)
    parser.add_argument("--vocabulary", type=int, default=1408)
    parser.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--part",
        choices=("all", "training"),
        default="training",
        help="patterns to learn from; `training` leaves the development ones out",
    )
    return parser.parse_args()


def _noise(file: Path) -> HearingNoise:
    if not file.exists():
        file.write_text(json.dumps(sounds_alike(vocabulary())))
    return HearingNoise({word: tuple(near) for word, near in json.loads(file.read_text()).items()})


class Training:
    """The network with its optimisers, and the time spent so far."""

    def __init__(self, checkpoint: Path, harmony: Harmony, options: argparse.Namespace) -> None:
        self._checkpoint = checkpoint
        self._seconds = options.minutes * 60
        self._rate = options.rate
        torch.manual_seed(options.seed)
        self.model: GptOssForCausalLM = dense_gpt_oss(
            harmony.size, harmony.control(PADDING), harmony.control(RETURN)
        )
        self._weights = [weight for weight in self.model.parameters() if weight.requires_grad]
        self._optimisers = self._make_optimisers()
        self.step, self._spent = 0, 0.0
        if checkpoint.exists():
            self._resume()

    def _make_optimisers(self) -> list[torch.optim.Optimizer]:
        """Muon for the attention's matrices, AdamW for all else."""
        named = [(name, w) for name, w in self.model.named_parameters() if w.requires_grad]
        matrices = [w for name, w in named if "self_attn" in name and name.endswith("proj.weight")]
        chosen = {id(weight) for weight in matrices}
        rest = [weight for _, weight in named if id(weight) not in chosen]
        groups = [
            {"params": [weight for weight in rest if weight.dim() > 1], "weight_decay": 0.05},
            {"params": [weight for weight in rest if weight.dim() < 2], "weight_decay": 0.0},
        ]
        return [
            torch.optim.AdamW(groups, lr=self._rate, betas=(0.9, 0.97)),
            torch.optim.Muon(
                matrices, lr=self._rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"
            ),
        ]

    def _resume(self) -> None:
        state = torch.load(self._checkpoint, weights_only=True)
        self.model.load_state_dict(state["model"])
        for optimiser, saved in zip(self._optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.step, self._spent = state["step"], state["spent"]

    def _save(self) -> None:
        part = self._checkpoint.with_suffix(".part")
        torch.save(
            {
                "model": self.model.state_dict(),
                "optimisers": [optimiser.state_dict() for optimiser in self._optimisers],
                "step": self.step,
                "spent": self._spent,
            },
            part,
        )
        part.replace(self._checkpoint)

    def run(self, source: Iterator[Batch]) -> None:
        """Train until the time is spent; saves and reports now and then."""
        started, processor = time.monotonic() - self._spent, time.process_time()
        saved = reported = time.monotonic()
        average = 0.0
        while (now := time.monotonic()) - started < self._seconds:
            self._spent = now - started
            loss = self._one_step(next(source))
            average = loss if not average else 0.97 * average + 0.03 * loss
            if now - reported > _REPORT_SECONDS:
                reported = now
                cpu = (time.process_time() - processor) / 60
                print(
                    f"step {self.step} loss {average:.4f} minutes {self._spent / 60:.1f} "
                    f"cpu {cpu:.1f}",
                    flush=True,
                )
            if now - saved > _SAVE_SECONDS:
                saved = now
                self._save()
        self._save()

    def _one_step(self, batch: Batch) -> float:
        share = self._spent / self._seconds
        decay = 1.0 if share < _FLAT_SHARE else 1 - 0.98 * (share - _FLAT_SHARE) / (1 - _FLAT_SHARE)
        rate = self._rate * min(1.0, (self.step + 1) / _WARM_UP_STEPS) * decay
        wanted = batch.labels != NOT_LEARNT
        loss = F.cross_entropy(logits(self.model, batch.ids, wanted), batch.labels[wanted])
        for optimiser in self._optimisers:
            optimiser.zero_grad()
            for group in optimiser.param_groups:
                group["lr"] = rate
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._weights, 1.0)
        for optimiser in self._optimisers:
            optimiser.step()
        self.step += 1
        return float(loss.item())


if __name__ == "__main__":
    main()
