"""Exports: what they hold, made in slices by a worker, and made again each day or week."""
