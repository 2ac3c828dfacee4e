"""The lapse of holds is carried by the corridor (followup), which tells both sides."""

PERIODIC = ()
