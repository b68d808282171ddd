"""From the approved prescription into a pharmacy's hands: parts, release, purchase requests, offers, custody."""
