"""Landing: the one door, through which lines become events of the log or rows of the quarantine."""
