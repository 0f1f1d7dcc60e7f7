"""The embedded editor: parametric photo operations on the CPU, from a recipe or plain English.

The idea of a typed operation list that a model can write is RetouchIQ's (arXiv 2602.17558).
"""
