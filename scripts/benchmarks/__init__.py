"""Speed side by side in one run: our webhooks beside the least that any must do, and beside the usual build."""
