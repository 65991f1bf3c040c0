"""Ways to take a network along besides its code: notebook, ONNX, ``torch.export``, weights."""
