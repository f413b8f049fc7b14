"""The commands of `spark`, one file a group; each is a few lines that call the engine or the trainer."""
