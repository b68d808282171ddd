"""Alipay: signing in and paying."""
