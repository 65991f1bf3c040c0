"""What happens when a network runs: data, training, the worker process, runs. No Qt."""
