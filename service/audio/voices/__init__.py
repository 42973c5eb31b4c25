"""The voices: one file for each engine, all behind the small interface in `voice`."""
