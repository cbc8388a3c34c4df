"""The chat page: its layout, events, strings, rendering, jobs and assets, a module each."""
