"""A model on a server beside Voice: OpenAI's two interfaces, and what can go wrong with them."""
