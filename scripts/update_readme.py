"""Writes the tables of figures in the README and in docs/ from the files in benchmarks/.

Usage: python scripts/update_readme.py [--check]

With --check nothing is written; the exit status is 1 when one of them is not up to date.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
DOCUMENTS = (README, *(ROOT / "docs" / f"{name}.md" for name in ("models", "dialects", "deploy")))
RESULTS = ROOT / "benchmarks"
SECTION = re.compile(
    r"(<!-- (figures|groups|recorded|synthesised):(\w+) -->\n).*?(<!-- /\2 -->)", re.DOTALL
)

MEANINGS = {
    "bench_recognition": {
        "real_word_error_rate": "word error rate, native English, telephone band",
        "worst_group_word_error_rate": "... of the first language with the most errors: {worst}",
        "best_group_word_error_rate": "... of the one with the fewest: {best}",
        "recorded_digit_accuracy": "single digits understood, when one is expected",
        "recorded_pin_accuracy": "PINs of four digits understood whole",
        "recorded_pin_rejected": "... rejected, so asked again",
        "recorded_pin_misread": "... taken for another PIN",
        "phantom_words": "words heard in noise, tones and music",
        "base_final_speedup_1": "end of speech to final words, times faster than pipecat's Whisper",
        "base_final_speedup_8": "... at eight calls",
        "short_final_speedup_1": "... with the short-window variant",
        "short_final_speedup_8": "... with the short-window variant at eight calls",
        "batched_decode_speedup": "words of eight turns searched together, times cheaper",
        "batched_beam_decode_speedup": "... with the default beam",
        "stable_partial_median_ms": "from a spoken word to its stable partial, median (ms)",
        "embedded_stable_partial_median_ms": "... by the embedded recogniser, of its caller (ms)",
        "stable_retractions": "stable words that changed later",
        "stable_otherwise_in_final": "stable words that the final transcript has otherwise",
    },
    "bench_call": {
        "real_voice_to_voice_median_ms": "voice-to-voice, Whisper base, a recorded voice (ms)",
        "real_voice_to_voice_p95_ms": "... 95th percentile (ms)",
        "real_first_call_median_ms": "... median of the first call after a start (ms)",
        "real_call_word_error_rate": "... word error rate of the same caller",
        "task_success": "task success, held-out phrasings, recogniser's own errors in the loop",
        "task_success_as_transcribed": "... where the caller's recogniser got each fact in full",
        "word_error_rate": "word error rate, a voice never heard, telephone quality",
        "heard_synthesizer_word_error_rate": "... new speakers of a synthesizer that taught it",
        "open_word_error_rate": "... on sentences outside the demo's domain",
        "voice_to_voice_median_ms": "voice-to-voice, one call, median (ms)",
        "voice_to_voice_p95_ms": "voice-to-voice, one to eight calls, 95th percentile (ms)",
        "cut_ins": "turns answered before the caller had ended",
        "misses": "turns not answered within 10 s",
        "greeting_median_ms": "from the answered call to the first word (ms)",
    },
    "bench_response": {
        "right": "by examples: held-out phrasings with the right act or tool and arguments",
        "right_recognised": "... as Whisper base hears them at telephone band",
        "right_damaged": "... with one word lost or replaced",
        "unseen_task_right": "... of a company that the examples alone describe",
        "renamed_difference": "points between these tasks and the same with other names",
        "nothing_right": "what asks for nothing starts nothing",
        "two_right": "two requests in one breath are two",
        "follow_ups_right": "follow-up questions, answered or honestly declined",
        "turn_ms_p95": "response step by examples, 95th percentile (ms)",
        "embedded_right": "embedded model: held-out phrasings with the right act or tool",
        "embedded_asked_again": "... answered by asking again",
        "embedded_turn_ms_median": "... a whole turn, median (ms)",
        "embedded_turn_ms_p95": "... 95th percentile (ms)",
        "max_logit_difference": "converted gpt-oss and transformers, largest difference of a logit",
        "prompt_cache_speedup": "first token after 1,000 kept tokens, times faster than unkept",
        "cancel_wait_ms": "until the next reply after one is given up, 95th percentile (ms)",
    },
    "bench_dialects": {
        "swahili_word_error_rate": "Swahili, tuned: word error rate, sentences unheard",
        "swahili_character_error_rate": "... character error rate",
        "swahili_base_word_error_rate": "... word error rate of Whisper base untuned",
        "swahili_base_character_error_rate": "... character error rate of that",
        "swahili_routed_word_error_rate": "... word error rate, a caller of whom nothing is known",
        "native_english_word_error_rate": "native English read by Whisper base: word error rate",
        "english_routing_harm": "what routing costs English speakers (points)",
        "dialect_gap_ratio": "routed, recorded people: {worst}, to {best} (times)",
        "dialect_gap_ratio_base": "... by Whisper base alone (times)",
        "swahili_gap_closed_tuned": "Swahili's gap to the best group that tuning closes",
        "swahili_gap_closed_routed": "... that routing closes",
        "swahili_read_as_swahili": "unknown callers read in Swahili, a whole first sentence of it",
        "english_read_as_english": "... in English, a whole first passage of it",
        "identification_accuracy": "recorded people read in their language by their first 4 s",
        "identification_accuracy_8s": "... by their first 8 s",
        "identification_accuracy_1.5s": "... by their first 1.5 s",
        "synthesised_dialects_counted": "synthesised dialects with enough errors to count",
        "tuned_error_reduction_min": "... fewer errors when tuned, the least of them",
        "tuned_error_reduction": "... all of them",
        "routing_kept_share": "... share of that which routing keeps, unaided",
        "routing_kept_share_min": "... the least of them",
        "routing_worst_harm": "... what routing costs the base's own dialect (points)",
    },
    "bench_conversation": {
        "voice_to_voice_median_ms": "voice-to-voice, one call, embedded models, median (ms)",
        "voice_to_voice_p95_ms": "... 95th percentile (ms)",
        "voice_to_voice_median_ms_not_yes_no": "... median without yes and no (ms)",
        "voice_to_voice_p95_ms_not_yes_no": "... 95th percentile without yes and no (ms)",
        "false_cut_in_rate": "... turns cut into",
        "real_voice_to_voice_median_ms": "voice-to-voice, Whisper base, a recorded voice (ms)",
        "real_voice_to_voice_p95_ms": "... 95th percentile (ms)",
        "real_first_call_median_ms": "... median of the first call after a start (ms)",
        "real_false_cut_in_rate": "... turns cut into",
        "stock_speedup": "times quicker than stock pipecat at no more cut-ins, embedded models",
        "stock_speedup_base": "... Whisper base",
        "voice_to_voice_median_ms_8": "voice-to-voice, eight calls at once, median (ms)",
        "barge_in_duck_p95_ms": "from an interruption to ducking, 95th percentile (ms)",
        "barge_in_stop_p95_ms": "... to silence, 95th percentile (ms)",
        "digits_not_cut_rate": "numbers dictated in groups that are taken whole",
        "backchannel_stop_rate": "back-channels that cost a word or over 600 ms",
        "echo_stops": "calls of 100 in which the assistant heard itself",
        "difficult_callers_right": "of 30 difficult callers served right",
        "harmful": "... harmed",
    },
    "bench_dense_gpt_oss": {
        "tokens_per_processor_second_k1": "gpt-oss-20b's sizes, one expert a layer, int8",
        "tokens_per_processor_second_k2": "... two experts",
        "tokens_per_processor_second_k4": "... four experts",
        "tokens_per_processor_second_k1_full_attention_32k": "... one, without windows, 32k tokens",
        "tokens_per_processor_second_k1_transformers": "... one, in transformers, bfloat16",
        "tokens_per_processor_second_k2_transformers": "... two, in transformers",
        "tokens_per_processor_second_k4_transformers": "... four, in transformers",
    },
    "bench_scale": {
        "batched_decode_speedup": "words of eight turns searched together, Whisper base (times)",
        "calls_at_900_ms_embedded": "calls at once answered within 900 ms, embedded models",
        "calls_at_1500_ms_base": "... within 1,500 ms, Whisper base, a recorded voice",
        "link_cut_calls": "calls whose link to the engines' service was broken twice",
        "link_cut_calls_lost": "... of which were lost",
        "link_cut_late_turns_most": "... turns of one call late by more than 2 s, at most",
        "link_cut_back_seconds": "... from the link's mending until the service was used (s)",
        "ray_scaling_1_to_2": "Ray, two workers of one core against one, calls a second (times)",
        "ray_same_report": "Ray and one process leave the same report (1 = yes)",
        "cores_per_call_embedded": "cores that a call takes, embedded models",
        "cores_per_call_base": "... Whisper base, a recorded voice",
        "cores_idle_base": "cores that the service takes without a call",
        "memory_mib_embedded": "memory of the service with one call process, embedded models (MiB)",
        "memory_mib_base": "... Whisper base, a recorded voice (MiB)",
        "node_kill_other_calls_lost": "calls lost when one node of three dies, its own aside",
        "drain_calls_lost": "calls lost when one node of three is drained",
    },
    "bench_supervision": {
        "listen_latency_ms": "from the caller's packet to the sound in the browser, median (ms)",
        "listen_latency_p95_ms": "... 95th percentile (ms)",
        "transcript_latency_ms": "from an event to its line on the page, median (ms)",
        "transcript_latency_p95_ms": "... 95th percentile (ms)",
        "rtp_jitter_change_ms": "change of the RTP gap's 99th percentile by hostile listeners (ms)",
        "axe_violations": "accessibility rules broken, all pages, light and dark",
    },
    "bench_evaluation": {
        "full_pipeline_realtime_factor": "whole calls, times faster than real time, two processes",
        "recognition_realtime_factor": "turns and recognition alone, times faster than real time",
        "memory_slope_bytes_per_call": "growth of a worker's memory (bytes a call)",
        "memory_growth_mib_2000": "... from its second hundred calls to the last of 2,000 (MiB)",
        "same_seed_same_report": "one and two processes leave the same report (1 = yes)",
        "sip_text_agreement": "turns understood alike over SIP and in virtual time",
        "scaling_1_to_2": "two processes against one, calls a second (times)",
        "pass_k_suite_calls": "simulated callers of the suite, calls",
        "suite_task_success": "... of which succeeded",
        "suite_pass_hat_64": "... callers served 64 times out of 64 (pass^64)",
    },
}
STAGES = ("end_of_turn", "recognition", "response", "synthesis", "output", "line")
"""Of the time from the caller's last word to the answer, in order."""
COMPARED = {"embedded": "embedded models", "real_": "Whisper base, a recorded voice"}
LOADS = {
    "": "4 calls",
    "_without_priority": "4 calls, audio at normal priority",
    "_8_calls": "8 calls",
    "_real": "1 call, real models",
}
LOADED = {
    "concurrent_calls": "calls at once, reached",
    "dropped_calls": "calls dropped",
    "rtp_gap_p99_ms": "gap between RTP packets, 99th percentile (ms)",
    "loop_stall_p999_ms": "event loop stall, 99.9th percentile (ms)",
}
"""Shown for each load, in a table of their own."""


def number(value: float) -> str:
    """A figure with as many digits as it can carry."""
    return f"{value:.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.3g}"


def section(result: dict[str, Any]) -> str:
    """All that the README shows of a result."""
    bench = result["bench"]
    command = f"`python scripts/{bench}.py --full --json benchmarks/{bench}.json`"
    # Parts that were measured alone may be of several commits.
    commits = sorted({part["commit"] for part in result.get("parts", {}).values()})
    measured_at = " and ".join(commits or [result["commit"]])
    parts = [f"{command} at {measured_at} on {result['machine']}{_warning(result)}:"]
    parts += [_figures(result), _shares(result), _stages(result), _loads(result)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _warning(result: dict[str, Any]) -> str:
    return ", which was busy with other work (contended)" if result["contended"] else ""


def _figures(result: dict[str, Any]) -> str:
    """A row for each figure, in the order of `MEANINGS`."""
    lines = ["| figure | value | 95 % bound | n |", "|---|---|---|---|"]
    for key, meaning in MEANINGS[result["bench"]].items():
        if key in result["figures"]:
            bound = result["bounds"].get(key)
            shown = f"{number(bound[0])} to {number(bound[1])}" if bound else ""
            count = f"{result['n'][key]}{' (too few)' if key in result['too_few'] else ''}"
            value = number(result["figures"][key])
            named = meaning.format(**_marked(result["rows"]))
            lines.append(f"| {named} (`{key}`) | {value} | {shown} | {count} |")
    return "\n".join(lines)


def _marked(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Which groups are the worst and the best one."""
    return {
        mark: next((row["group"] for row in rows if row.get(mark)), "")
        for mark in ("worst", "best")
    }


def groups(result: dict[str, Any]) -> str:
    """The word error rate of every group; that of one speaker has no bound."""
    lines = ["| first language | word error rate | 95 % bound | speakers |", "|---|---|---|---|"]
    for row in result["rows"]:
        if "group" in row:
            bound = f"{row['low']:.1%} to {row['high']:.1%}" if row["n"] > 1 else ""
            lines.append(f"| {row['group']} | {row['value']:.1%} | {bound} | {row['n']} |")
    return "\n".join(lines) + "\n"


def _shares(result: dict[str, Any]) -> str:
    """Where the time of an answer went."""
    figures = result["figures"]
    shares = [
        f"{stage.replace('_', ' ')} {figures[f'share_{stage}']:.0%}"
        for stage in STAGES
        if f"share_{stage}" in figures
    ]
    return f"Where that time goes: {', '.join(shares)}." if shares else ""


def _stages(result: dict[str, Any]) -> str:
    """What stands between an answer and the time that a person takes for one."""
    rows = {row["comparison"]: row for row in result["rows"] if "stages_median_ms" in row}
    compared = [side for side in COMPARED if side in rows]
    if not compared:
        return ""
    lines = [
        f"| from the last word to the answer, medians (ms) | {_cells(COMPARED, compared)} |",
        f"|---{'|---' * len(compared)}|",
    ]
    for stage in STAGES:
        times = {side: rows[side]["stages_median_ms"].get(stage, "") for side in compared}
        lines.append(f"| {stage.replace('_', ' ')} | {_cells(times, compared)} |")
    above = {side: rows[side]["above_a_person_ms"] for side in compared}
    lines.append(f"| above the 300 ms that a person takes | {_cells(above, compared)} |")
    return "\n".join(lines)


def _cells(values: Mapping[str, object], keys: Sequence[str]) -> str:
    return " | ".join(str(values[key]) for key in keys)


def _loads(result: dict[str, Any]) -> str:
    """A column for each load, with the priority that the audio process really had."""
    figures = result["figures"]
    loads = [suffix for suffix in LOADS if f"concurrent_calls{suffix}" in figures]
    if not loads:
        return ""
    rows = {row["load"]: row for row in result["rows"] if "load" in row}
    lines = [
        f"| several calls at once | {' | '.join(LOADS[suffix] for suffix in loads)} |",
        f"|---{'|---' * len(loads)}|",
    ]
    for key, meaning in LOADED.items():
        values = (figures.get(f"{key}{suffix}") for suffix in loads)
        shown = " | ".join("" if value is None else number(value) for value in values)
        lines.append(f"| {meaning} (`{key}`) | {shown} |")
    cells = [rows.get(suffix.strip("_") or "with priority", {}) for suffix in loads]
    for key, meaning in (
        ("audio_priority", "priority of the audio process"),
        ("service_cores", "cores used by the service"),
        ("caller_cores", "cores used by the callers beside it"),
    ):
        lines.append(f"| {meaning} | {' | '.join(str(cell.get(key, '')) for cell in cells)} |")
    return "\n".join(lines)


def dialects(kind: str, result: dict[str, Any]) -> str:
    """Word error rates of groups of speakers with their bounds, by who read them."""
    lines = [
        "| group | utterances | words | base | tuned for it | routed, unaided |",
        "|---|---|---|---|---|---|",
    ]
    for row in result["rows"]:
        if row.get("kind") == kind:
            rates = (_rate(row[way]) if way in row else "" for way in ("base", "tuned", "routed"))
            cells = [row["group"], row["utterances"], row["words"], *rates]
            lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def _rate(bounded: tuple[float, float, float]) -> str:
    value, low, high = (f"{100 * share:.1f}" for share in bounded)
    return f"{value} % ({low} to {high})"


WRITTEN: dict[str, Callable[[dict[str, Any]], str]] = {
    "figures": section,
    "groups": groups,
    "recorded": partial(dialects, "recorded"),
    "synthesised": partial(dialects, "synthesised"),
}
"""What stands between the marks of each kind."""


def updated(document: str, results: dict[str, dict[str, Any]]) -> str:
    """The document's text with the tables of `results`, by benchmark; others stay as they are."""

    def fill(found: re.Match[str]) -> str:
        result = results.get(found[3])
        return found[1] + WRITTEN[found[2]](result) + found[4] if result else found[0]

    return SECTION.sub(fill, document)


def measured() -> dict[str, dict[str, Any]]:
    """The last full results, by benchmark."""
    return {
        file.stem: json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(RESULTS.glob("bench_*.json"))
    }


def main() -> int:
    """Write the tables, or check them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say whether it is up to date")
    check: bool = parser.parse_args().check
    results, stale = measured(), False
    for document in DOCUMENTS:
        old = document.read_text(encoding="utf-8")
        new = updated(old, results)
        stale |= new != old
        if not check:
            document.write_text(new, encoding="utf-8")
    return int(check and stale)


if __name__ == "__main__":
    sys.exit(main())
