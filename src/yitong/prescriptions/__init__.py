"""Floor 3: prescriptions from the doctor's editor to the pharmacist's approval."""
