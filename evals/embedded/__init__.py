"""The embedded engines on real photographs: instructions of ten kinds, and a report on them."""
