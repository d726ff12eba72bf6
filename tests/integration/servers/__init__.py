# SPDX-License-Identifier: MIT
"""Real servers, and doubles of them, that tests talk to: on loopback, as processes of the test,
ended by pid. One file for each; this one has what they share."""
