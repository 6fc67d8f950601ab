"""Tuning of response models: a dense sub-model that learns from an operator's dialogues.

Of a gpt-oss, a student with few experts imitates the original; a Llama is fine-tuned. What computes
with torch needs the extra `train`, and is imported where it is used.
"""
