"""WeChat: signing in and subscribed notices."""
