"""Insured bills paid inside WeChat: the insurer's mobile order (6201/6202) and the cash part as one mixed order."""
