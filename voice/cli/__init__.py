"""The command `voice`: one file for each group of commands."""
