"""Who works which shift on which day: the nurse rostering problem of Curtois and Qu."""
