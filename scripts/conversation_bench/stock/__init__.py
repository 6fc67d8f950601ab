"""The other side of the comparison: pipecat's own services on the same models, behind our edge."""
