"""What people answer to reminders, and what their answers change."""
