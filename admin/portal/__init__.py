"""Pages of applicants, units, groups and experts: generated from the content, one file a subject.

A view reads the request, calls a service and chooses a page; it holds no rule. Each file ends
with the table of its addresses.
"""
