"""The national prescription platform: what is uploaded at release, taken back at revocation, and reported fetched."""
