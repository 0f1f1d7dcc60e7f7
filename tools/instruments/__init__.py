"""Instruments that measure pixels: statistics, detail, registration, change. numpy and Pillow only."""
