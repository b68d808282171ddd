"""FHIR R4 at the door: what other systems hand over as bundles becomes people and places here."""
