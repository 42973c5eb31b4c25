"""The recordings: every sentence that the phone can say, rendered ahead, checked and found again."""
