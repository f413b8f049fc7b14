"""Tasks made from the corpus, one a file: what Spark learns to do with a context."""
