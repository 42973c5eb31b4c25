"""The front desk: one turn of a talk from end to end: read, recall, decide, act, remember, answer."""
