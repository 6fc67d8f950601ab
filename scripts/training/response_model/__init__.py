"""How the embedded response model is made: vocabulary, network, examples, and its export."""
