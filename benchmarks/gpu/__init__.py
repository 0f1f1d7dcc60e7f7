"""Our share of an edit by a diffusers pipeline, at the full size of the architecture.

    python -m benchmarks.gpu                              on a machine with a GPU
    python -m benchmarks.gpu --tiny --device cpu          the same code on tiny models, anywhere

The weights are random and are made on the device: no hub, no download. Time and memory depend on the
shapes alone, so they are those of the real weights; the pictures are noise.
"""
