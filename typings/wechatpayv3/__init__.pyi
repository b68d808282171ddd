"""What is used of wechatpayv3, which carries no types."""
