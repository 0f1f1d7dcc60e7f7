"""RISEBench: temporal, causal, spatial and logical edits that need reasoning; accuracy counts."""
