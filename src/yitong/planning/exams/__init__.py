"""Exam planning: a department's rules as data, and the best complete plan for all exams of one person."""
