"""Tests; a package so that they can share fakes (`from tests.spark_tui.fakes import FakeSpark`)."""
