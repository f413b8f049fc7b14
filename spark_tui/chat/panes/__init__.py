"""Four panes, each of which answers one question about a turn from the events of that turn alone."""
