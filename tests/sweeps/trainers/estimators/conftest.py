from tests.sweeps.trainers.own.code import code

__all__ = ["code"]
