"""`python -m voice` is the command `voice`."""

from voice.cli.app import main

main()
