"""Clearline: an accessible voice and SMS information service about metastatic breast cancer."""
