"""Where payment channels send their notices: checked here, then handed to billing."""
