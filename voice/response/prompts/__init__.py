"""What models read: Harmony, the format of gpt-oss, and what others are told in words."""
