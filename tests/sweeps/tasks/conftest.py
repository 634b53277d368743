from __future__ import annotations

from tests.sweeps.tasks.small_datasets import small_datasets as small_datasets
