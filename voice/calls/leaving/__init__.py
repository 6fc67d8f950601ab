"""How a conversation ends: by a person, an emergency, silence or its length."""
