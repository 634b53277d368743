"""Many fits as one program: the fused trainer, on JAX.

`bucket`, `members` and `packing` decide on plain data which fits go together; everything that
imports JAX is imported by `lane` when it first trains.
"""
