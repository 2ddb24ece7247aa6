"""What happens to a lake: landings, runs, releases."""
