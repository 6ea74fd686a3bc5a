# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``mdns`` as CircuitPython has it, for boards whose Wi-Fi is an ESP-AT module."""

import errno

from .. import lazy
from ..errors import ATError, fail

STAYS = True


class Server:
    """Lets the module announce a name and one service on the local network (``AT+MDNS``).

    After a restart of the module the service is announced again. Not with WizFi360.

    :param Radio network_interface: ``wifi.radio``
    """

    def __init__(self, network_interface):
        self._radio = network_interface
        mac = network_interface.mac_address
        self.hostname = "cpy-%02x%02x%02x" % (mac[3], mac[4], mac[5])
        """The name before ``.local``; a change takes effect at ``advertise_service()``."""
        self._instance = None
        self._service = None  # (type, protocol)

    @property
    def instance_name(self):
        """The service's readable name: the host name, unless it is set. ESP-AT 4.1."""
        return self._instance or self.hostname

    @instance_name.setter
    def instance_name(self, name):
        self._instance = name

    def advertise_service(self, *, service_type, protocol, port, txt_records=None):
        """Announce a service; it replaces one of the same type and protocol.

        :param str service_type: ``"_http"``
        :param str protocol: ``"_tcp"`` or ``"_udp"`` (ESP-AT 4.1)
        :param int port: 1 to 65535
        :param txt_records: up to ten of ``"key=value"``. ESP-AT 4.1
        :raises OSError: ENOMEM, the module announces one service; EOPNOTSUPP; EIO, it refused
        """
        service = service_type, protocol
        if self._service not in (None, service):
            raise OSError(errno.ENOMEM, "one service is announced: deinit() first")
        texts = [tuple(record.split("=", 1)) for record in txt_records or ()]
        for pair in texts:
            if len(pair) < 2:
                raise ValueError("txt_records: key=value is wanted")
        instance = self._instance
        if protocol == "_tcp" and not (texts or instance):
            protocol = None  # older firmware accepts no further parameters
        _call(
            self._radio, "mdns", self.hostname, service_type, port, instance, protocol, tuple(texts)
        )
        self._service = service

    def find(self, service_type, protocol, *, timeout=1):
        """Raises OSError, EOPNOTSUPP: the module cannot search for services."""
        raise OSError(errno.EOPNOTSUPP, "the module finds no services")

    def deinit(self):
        """Stop announcing (``AT+MDNS=0``)."""
        if self._service:
            self._service = None
            _call(self._radio, "mdns_off")


def _call(radio, function, *args):
    modem = radio.up()
    try:
        lazy.call("at.services", function, modem, *args)
        return
    except ATError as e:
        refused = str(e)
    raise fail("command_refused", refused)
