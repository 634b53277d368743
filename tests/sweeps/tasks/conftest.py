from __future__ import annotations

from tests.sweeps.real_data import keras_home as keras_home
from tests.sweeps.real_data import real_data as real_data
from tests.sweeps.tasks.small_datasets import small_datasets as small_datasets
