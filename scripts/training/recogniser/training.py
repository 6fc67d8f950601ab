"""The training loop of one process; several average their weights every few steps.

On a busy machine processes that waited for each other in every step would mostly wait.
"""

from __future__ import annotations

import argparse
import math
import random
import shutil
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor

from training.recogniser.examples import Batch, Corpus, Example, Variation, collate
from training.recogniser.judgement import judge
from training.recogniser.network import Recogniser, Size
from training.recogniser.shipped import load_shipped
from training.recogniser.vocabulary import Vocabulary

_ENCODER_ALONE = 350
"""First steps of a new network, in which only the phones teach."""
_CLASSIFIERS_ALONE = 200
"""First steps of a run that goes on from a network: its phone classifiers may be new."""
_GUIDANCE = 4.0
_GUIDANCE_UNTIL = 0.6
_FULL_WINDOW_FROM = 0.35
_FULL_WINDOW_SHARE = 0.04
_PHONE_WEIGHT = 0.7
_SMOOTHING = 0.05
_UNKNOWN = -100
_CHECKPOINT_MINUTES = 4.0
_AVERAGE_EVERY = 8
"""Steps between two averagings of the processes' weights."""


@dataclass
class Progress:
    """How far a run is; saved with the checkpoint."""

    step: int = 0
    minutes: float = 0.0
    utterances: int = 0
    new: bool = True
    """Began from nothing, so the encoder learns alone at first."""


class Optimizers:
    """Muon for the layers' matrices, AdamW for everything else, one cosine for both."""

    def __init__(self, network: Recogniser, rate: float) -> None:
        self.parameters = [p for p in network.parameters() if p.requires_grad]
        matrices = [
            parameter
            for name, parameter in network.whisper.named_parameters()
            if parameter.requires_grad and ".layers." in name and parameter.ndim == 2
        ]
        chosen = {id(parameter) for parameter in matrices}
        others = [parameter for parameter in self.parameters if id(parameter) not in chosen]
        self._rate = rate
        self._all: tuple[torch.optim.Optimizer, ...] = (
            torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True),
            torch.optim.Muon(
                matrices, lr=rate, weight_decay=0.01, momentum=0.95,
                adjust_lr_fn="match_rms_adamw",
            ),
        )  # fmt: skip

    def schedule(self, step: int, done: float) -> float:
        """Set and return the learning rate for this share of the time."""
        cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
        rate = self._rate * min(1.0, (step + 1) / 200) * (0.98 * cosine + 0.02)
        for optimizer in self._all:
            for group in optimizer.param_groups:
                group["lr"] = rate
        return rate

    def step(self) -> None:
        """One step along the averaged, clipped gradients."""
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for optimizer in self._all:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

    def state(self) -> list[dict[str, object]]:
        """For the checkpoint."""
        return [optimizer.state_dict() for optimizer in self._all]

    def restore(self, state: list[dict[str, object]]) -> None:
        """From the checkpoint."""
        for optimizer, own in zip(self._all, state, strict=True):
            optimizer.load_state_dict(own)


def train(rank: int, arguments: argparse.Namespace, meeting_place: str) -> None:
    """Run the process number `rank` to the end of the schedule."""
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(arguments.seed)
    world = arguments.processes
    dist.init_process_group("gloo", init_method=meeting_place, rank=rank, world_size=world)
    checkpoint = arguments.folder / "checkpoint"
    network, progress = _begin(arguments, checkpoint)
    optimizers = Optimizers(network, arguments.rate)
    if arguments.resume:
        state = torch.load(checkpoint / "progress.pt", weights_only=True)
        optimizers.restore(state["optimizers"])
    corpus = Corpus(arguments.folder / "corpus", network)
    batches = corpus.batches(arguments.frames, rank, world, arguments.seed + progress.step)
    Run(rank, arguments, network, optimizers, progress, checkpoint).go(batches)
    dist.destroy_process_group()


def _begin(arguments: argparse.Namespace, checkpoint: Path) -> tuple[Recogniser, Progress]:
    if arguments.resume:
        state = torch.load(checkpoint / "progress.pt", weights_only=True)
        return Recogniser.load(checkpoint), Progress(**state["progress"])
    if arguments.init:
        shipped = (arguments.init / "model.bin").exists()
        network = load_shipped(arguments.init) if shipped else Recogniser.load(arguments.init)
        network.deepen(arguments.encoder_layers)
        return network, Progress(new=False)
    size = Size(arguments.width, arguments.encoder_layers, arguments.decoder_layers)
    vocabulary = Vocabulary.learned(arguments.pieces, arguments.seed)
    return Recogniser.new(vocabulary, size), Progress()


class Run:
    """One process's way through the schedule."""

    def __init__(
        self,
        rank: int,
        arguments: argparse.Namespace,
        network: Recogniser,
        optimizers: Optimizers,
        progress: Progress,
        checkpoint: Path,
    ) -> None:
        self._rank, self._arguments = rank, arguments
        self._network, self._optimizers = network, optimizers
        self._progress, self._checkpoint = progress, checkpoint
        self._began = time.monotonic() - 60 * progress.minutes
        self._saved = self._judged = progress.minutes
        self._first_utterance, self._first_minute = progress.utterances, progress.minutes
        self._averages: dict[str, float] = {}

    def go(self, batches: Iterable[list[Example]]) -> None:
        """Train until the schedule's minutes are over."""
        arguments, network, progress = self._arguments, self._network, self._progress
        seed = arguments.seed + progress.step
        variation = Variation(network.vocabulary, 100 * seed + self._rank)
        own = random.Random(100 * seed + self._rank)
        network.train()
        for examples in batches:
            if progress.step % _AVERAGE_EVERY == 0:
                self._average_weights()
                progress.minutes = self._agreed_minutes()
            done = progress.minutes / arguments.minutes
            if done >= 1:
                break
            rate = self._optimizers.schedule(progress.step, done)
            full = own.random() < _FULL_WINDOW_SHARE and done > _FULL_WINDOW_FROM
            chosen = own.sample(examples, min(4, len(examples))) if full else examples
            batch = collate(chosen, network, variation, own, full)
            self._loss(batch, done, full).backward()
            self._optimizers.step()
            progress.step += 1
            progress.utterances += len(chosen) * arguments.processes
            if self._rank == 0:
                self._report(rate)
        self._average_weights()
        if self._rank == 0:
            self._save()
            print(f"END {progress} {judge(network, arguments.folder / 'judged')}", flush=True)

    def _agreed_minutes(self) -> float:
        minutes = torch.tensor([(time.monotonic() - self._began) / 60])
        dist.broadcast(minutes, 0)
        return float(minutes.item())

    def _loss(self, batch: Batch, done: float, full: bool) -> Tensor:
        network, half = self._network, self._arguments.bfloat16
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            encoded = network.encode(batch.mel)
        settling = not self._progress.new and self._progress.step < _CLASSIFIERS_ALONE
        phones = self._phone_loss(batch, encoded.detach() if settling else encoded)
        self._note("phones", phones)
        if self._progress.new and self._progress.step < _ENCODER_ALONE:
            return phones
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            scores = network.decode(batch.pieces[:, :-1], encoded)
        words = F.cross_entropy(
            scores.float().transpose(1, 2), batch.targets,
            ignore_index=_UNKNOWN, label_smoothing=_SMOOTHING,
        )  # fmt: skip
        self._note("words", words)
        loss = words + _PHONE_WEIGHT * phones
        weight = _GUIDANCE * max(0.0, 1 - done / _GUIDANCE_UNTIL)
        if weight > 0 and bool((batch.centres >= 0).any()):
            astray = network.attention_loss(batch.centres, encoded.shape[1], 8.0 if full else 6.0)
            self._note("astray", astray)
            loss = loss + weight * astray
        return loss

    def _phone_loss(self, batch: Batch, encoded: Tensor) -> Tensor:
        loss = torch.zeros(())
        for inventory, head in self._network.phone_heads.items():
            rows = [i for i, name in enumerate(batch.inventories) if name == inventory]
            if rows:
                with torch.autocast("cpu", torch.bfloat16, enabled=self._arguments.bfloat16):
                    scores = head(encoded[rows])
                own = F.cross_entropy(
                    scores.float().transpose(1, 2), batch.phones[rows], ignore_index=_UNKNOWN
                )
                loss = loss + own * len(rows) / len(batch.inventories)
        return loss

    @torch.no_grad()
    def _average_weights(self) -> None:
        if self._arguments.processes == 1:
            return
        parameters = self._optimizers.parameters
        flat = torch.cat([parameter.view(-1) for parameter in parameters])
        dist.all_reduce(flat)
        flat /= self._arguments.processes
        at = 0
        for parameter in parameters:
            parameter.copy_(flat[at : at + parameter.numel()].view_as(parameter))
            at += parameter.numel()

    def _note(self, name: str, loss: Tensor) -> None:
        old = self._averages.get(name, loss.item())
        self._averages[name] = 0.95 * old + 0.05 * loss.item()

    def _report(self, rate: float) -> None:
        progress = self._progress
        if progress.step % 50 == 0:
            minutes = progress.minutes - self._first_minute + 1e-9
            speed = (progress.utterances - self._first_utterance) / minutes / 60
            losses = " ".join(f"{name} {value:.3f}" for name, value in self._averages.items())
            print(
                f"{progress.minutes:.1f} min step {progress.step} utterances"
                f" {progress.utterances} ({speed:.0f}/s) {losses} rate {rate:.1e}",
                flush=True,
            )
        if progress.step % _AVERAGE_EVERY:
            return
        if progress.minutes - self._saved > _CHECKPOINT_MINUTES:
            self._saved = progress.minutes
            self._save()
        if progress.minutes - self._judged > self._arguments.judge_minutes:
            self._judged = progress.minutes
            print("JUDGED", judge(self._network, self._arguments.folder / "judged"), flush=True)

    def _save(self) -> None:
        """Replace the checkpoint as a whole."""
        fresh = self._checkpoint.with_name("checkpoint.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self._network.save(fresh)
        torch.save(
            {"progress": vars(self._progress), "optimizers": self._optimizers.state()},
            fresh / "progress.pt",
        )
        old = self._checkpoint.with_name("checkpoint.old")
        shutil.rmtree(old, ignore_errors=True)
        if self._checkpoint.exists():
            self._checkpoint.rename(old)
        fresh.rename(self._checkpoint)
        shutil.rmtree(old, ignore_errors=True)
        print(f"saved at step {self._progress.step}", file=sys.stderr, flush=True)
