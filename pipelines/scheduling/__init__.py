"""What the DAGs share: settings, commands as tasks, assets, what a failure means, alerts. Only here is Airflow known.

Whatever a task does is a command of `newsfeed`, or reads what commands left in the lake; nothing happens at import.
"""
