"""Speed side by side in one run: our webhooks beside the least that any Flask webhook must do, and beside the usual build."""
