"""A tiny invented roster problem whose costs can be counted by hand: two people, eight days, early and late shifts."""

TEXT = """# An invented ward
SECTION_HORIZON
8

SECTION_SHIFTS
E,480,
L,480,E

SECTION_STAFF
# ID, MaxShifts, MaxTotalMinutes, MinTotalMinutes, MaxConsecutive, MinConsecutive, MinDaysOff, MaxWeekends
A,E=8|L=2,2400,1440,3,2,2,1
B,E=8|L=8,2400,0,3,1,1,0

SECTION_DAYS_OFF
A,3

SECTION_SHIFT_ON_REQUESTS
A,0,E,7
B,1,L,5

SECTION_SHIFT_OFF_REQUESTS
A,1,E,3

SECTION_COVER
0,E,1,100,1
1,E,2,100,1
2,L,0,100,1
5,E,1,100,10
"""
