"""How one caller is heard: their turns, where these end, the words, and whether they interrupt."""
