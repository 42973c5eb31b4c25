"""The rules of reminders: plain functions that decide whom, when and what; time and chance are handed in."""
