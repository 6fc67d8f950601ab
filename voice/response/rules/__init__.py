"""What is done about a caller's words: the model proposes, fixed rules decide."""
