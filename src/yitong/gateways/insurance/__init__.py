"""The national medical-insurance interface: envelope and cryptography, the hospital's messages, mobile payment."""
