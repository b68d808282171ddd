"""Commercial insurance: a person's policies, and claims after the visit, sent as FHIR R4 and followed to their end."""
