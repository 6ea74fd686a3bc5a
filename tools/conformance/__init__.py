"""Plays the sessions in Espressif's documents against a module, and compares the replies.

:mod:`.sessions` has the sessions as data, and :mod:`.hosts` the first commands of other hosts.
:mod:`.play` plays one session, :mod:`.suite` all of them; :mod:`.world` is the surroundings of the
module, and :mod:`.report` shows the results. Nothing here uses the driver: the host knows no more
than a document says.
"""
