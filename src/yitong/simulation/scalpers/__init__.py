"""Scalpers (号贩子) against patients: the same places given first come first served, and by the draw.

After the question of Hakimov, Heller, Kübler and Kurino (2021): does collecting requests and drawing among them take
the profit out of booking for resale? The draw here is the platform's own code; how fast people and scripts click is
assumed and can be set.
"""
