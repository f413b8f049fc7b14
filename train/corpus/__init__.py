"""The text that Spark learns from: where it comes from, how it is cleaned, and how it is split."""
