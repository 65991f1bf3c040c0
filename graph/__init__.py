"""What a network is: the document, the layer catalogue, shapes, code. No Qt here."""
