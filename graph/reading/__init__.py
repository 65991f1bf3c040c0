"""From what PyTorch code says back to nodes: the vocabulary, live modules, and written code."""
