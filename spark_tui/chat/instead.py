"""Where a turn goes that hoped for a procedure and found none, in the policy's own words.

`Assessed` names the path that was wished for; until `Answered` names the one taken, this is what to show.
"""

from __future__ import annotations

from engine.routing.categories import Route
from engine.routing.policy import Choice, without_procedure

INSTEAD = without_procedure(Choice(Route.PROCEDURE, False, ""))
