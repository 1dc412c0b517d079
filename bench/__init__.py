"""Measurements; what the product logs meanwhile is of no interest."""

import os

os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "WARNING")
