"""From what one caller said to an answer that counts: the floor's adapters to the response step."""
