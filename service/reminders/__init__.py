"""What clinics send: who agreed, when it may go, and that it arrives once."""
