"""The national interface for circulated prescriptions (D001–D008): envelope, wording, client."""
