"""Floor 5: a stand-in for the outside world that serves the other side of the same protocols over real sockets."""
