"""F3: where the model looked while it wrote an answer, and which of its layers knew."""
