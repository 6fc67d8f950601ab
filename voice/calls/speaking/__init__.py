"""What is said to one caller: from clauses to paced sound, and what of it was heard."""
