"""Train a tiny mixture of experts, on which `voice tune response` is tried and measured.

    python scripts/train_tiny_mixture.py --out build/tiny-mixture --minutes 4
    voice tune response build/tiny-mixture --dialogues build/tiny-mixture/dialogues.jsonl \\
        --out build/tiny-student --experts 1 --experts 2 --experts 4 --experts 8 --passes 2

A gpt-oss with all that the large ones have (8 experts a layer, two asked, sinks, windows, YaRN) of
three million parameters, and dialogues of the demonstration that it was not trained on. It is there
to show what a dense sub-model loses; never for calls. Needs the `train` extra.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import GptOssConfig, GptOssForCausalLM

from training.dialogues.dialogue import DialogueWriter
from voice.languages import language
from voice.models.gpt_oss.vocabulary import vocabulary_of
from voice.response.prompts.harmony import AnswerMessage, CallerSaid, Message, ToolCall, ToolResult
from voice.tasks import load_tasks
from voice.tokenizer_files import read_tokenizer
from voice.tuning.response.conversations import read_conversations
from voice.tuning.response.lessons import DialogueLesson, lessons_of

ROOT = Path(__file__).resolve().parent.parent
_TOKENIZER = ROOT / "response_models" / "embedded-en" / "tokenizer.json"
_LEARNED, _KEPT = 4000, 300
"""Dialogues that it learns from, and those that are left for the students."""
_BATCH, _LONGEST, _RATE = 6, 256, 3e-3
_REPORT_SECONDS = 20.0
_SLOT = re.compile(r"\{(\w+)\}")
_CARD = """# A tiny mixture of experts

Made by `scripts/train_tiny_mixture.py` to try `voice tune response` on. It writes sentences of the
demonstration, often wrong ones. Never for calls.
"""


def main() -> None:
    """Write the dialogues, train, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="a folder to be made")
    parser.add_argument("--minutes", type=float, default=4.0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    options.out.mkdir(parents=True)
    shutil.copy(_TOKENIZER, options.out)
    (options.out / "README.md").write_text(_CARD, "utf-8")
    dialogues = list(_dialogues(_LEARNED + _KEPT))
    _write(options.out / "dialogues.jsonl", dialogues[:_KEPT])
    _write(options.out / "learned.jsonl", dialogues[_KEPT:])
    lessons = _lessons(options.out / "learned.jsonl")
    (options.out / "learned.jsonl").unlink()
    model = _mixture()
    _train(model, lessons, options.minutes * 60)
    model.save_pretrained(options.out)


def _dialogues(count: int) -> Iterator[list[dict[str, Any]]]:
    """Every one another."""
    choices = random.Random(1)
    writer = DialogueWriter(load_tasks(ROOT / "tasks"), choices, lambda words, _: words)
    seen: set[str] = set()
    while len(seen) < count:
        messages = _filled([line.message for line in writer.dialogue()], choices)
        if (key := json.dumps(messages)) not in seen:
            seen.add(key)
            yield messages


def _filled(messages: list[Message], choices: random.Random) -> list[dict[str, Any]]:
    """As Chat Completions has them, with made-up values of slots in results and answers."""
    answers = [message.text for message in messages if isinstance(message, AnswerMessage)]
    slots = [slot for answer in answers for slot in _SLOT.findall(answer)]
    values = {slot: str(choices.randint(2, 99)) for slot in slots}
    found: list[dict[str, Any]] = []
    for message in messages:
        match message:
            case CallerSaid(text):
                found.append({"role": "user", "content": text})
            case ToolCall(tool):
                calls = [{"function": {"name": tool, "arguments": "{}"}}]
                found.append({"role": "assistant", "tool_calls": calls})
            case ToolResult(_, told):
                found.append({"role": "tool", "content": json.dumps({**told, **values})})
            case AnswerMessage(text):
                said = _SLOT.sub(lambda slot: values[slot[1]], text)
                found.append({"role": "assistant", "content": said})
    return found


def _write(file: Path, dialogues: list[list[dict[str, Any]]]) -> None:
    lines = (json.dumps({"messages": messages}) + "\n" for messages in dialogues)
    file.write_text("".join(lines), "utf-8")


def _lessons(file: Path) -> list[DialogueLesson]:
    conversations, _ = read_conversations(file, language("en"))
    vocabulary = vocabulary_of(read_tokenizer(_TOKENIZER), _size())
    return lessons_of(conversations, vocabulary, None, _LONGEST)[0]


def _size() -> int:
    return int(read_tokenizer(_TOKENIZER).get_vocab_size())


def _mixture() -> GptOssForCausalLM:
    model = GptOssForCausalLM(
        GptOssConfig(
            vocab_size=_size(),
            hidden_size=128,
            intermediate_size=96,
            num_hidden_layers=4,
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=32,
            num_local_experts=8,
            num_experts_per_tok=2,
            sliding_window=32,
            initializer_range=0.05,
            router_aux_loss_coef=0.01,
            attn_implementation="eager",
        )
    )
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith(("bias", "sinks")):
                weight.zero_()
            elif "norm" not in name:
                weight.normal_(0.0, 0.05)
    return model


def _train(model: GptOssForCausalLM, lessons: list[DialogueLesson], seconds: float) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, betas=(0.9, 0.95))
    draw = np.random.default_rng(1)
    began = reported = time.monotonic()
    step = 0
    while (gone := time.monotonic() - began) < seconds:
        for group in optimizer.param_groups:
            falling = 0.5 * (1 + math.cos(math.pi * gone / seconds))
            group["lr"] = _RATE * min(1, (step + 1) / 50) * falling
        batch = [lessons[n] for n in draw.integers(len(lessons), size=_BATCH)]
        length = max(len(lesson.ids) for lesson in batch)
        ids = torch.zeros(_BATCH, length, dtype=torch.long)
        labels = torch.full((_BATCH, length), -100)
        for row, lesson in enumerate(batch):
            ids[row, : len(lesson.ids)] = labels[row, : len(lesson.ids)] = torch.tensor(lesson.ids)
            for place, wanted in lesson.wanted.items():
                labels[row, place] = wanted
        loss = model(ids, labels=labels, output_router_logits=True).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        if time.monotonic() - reported > _REPORT_SECONDS:
            reported = time.monotonic()
            rate = step / (reported - began)
            left = seconds - (reported - began)
            print(f"step {step}, loss {loss:.3f}, {rate:.1f}/s, {left:.0f} s left", flush=True)
    model.eval()


if __name__ == "__main__":
    main()
