"""Understanding: what a person wrote or said, read by tables and rules, with the words of danger first."""
