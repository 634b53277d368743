"""Many of the user's Keras models as one program, on Keras's JAX backend.

`admission` says which models can be trained so and which of them share a program, `training` trains
them.
"""
