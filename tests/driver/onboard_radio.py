"""Most of the radio's API in one conversation, for every runtime: `run()` prints what it saw."""


def tried(what, call):
    """What a call raises, by the names that every runtime has."""
    for kind in (NotImplementedError, AttributeError, ValueError, OSError):
        try:
            call()
        except kind:
            print(what, kind.__name__)
            return
        except Exception as e:
            if kind is OSError:
                print(what, "?", type(e).__name__)
        else:
            print(what, "fine")
            return


def put(radio, name, value):
    """`radio.<name> = value`."""
    setattr(radio, name, value)
    print(name, getattr(radio, name))


def run(radio, old):
    """All of it; `old` is for NonOS."""
    from espat.members.types import AuthMode, PowerManagement

    radio.hostname = "early"
    print(radio.connected, radio.ipv4_address, radio.addresses, radio.ap_info)
    for network in radio.start_scanning_networks(start_channel=1, stop_channel=11):
        print(network.ssid, network.bssid, network.rssi, network.channel, network.authmode)
    radio.stop_scanning_networks()
    radio.connect("espat", b"correct horse", timeout=10)
    info = radio.ap_info
    print(info.ssid, info.bssid, info.rssi, info.channel, repr(info.country), info.authmode)
    print(radio.connected, radio.ipv4_address, radio.ipv4_gateway, radio.ipv4_subnet)
    print(str(radio.ipv4_address), radio.addresses, radio.hostname, radio.firmware)
    print([n for n in ("no_such_thing", "rx_power", "ping", "start_ap") if hasattr(radio, n)])
    put(radio, "hostname", "late-1.lan")
    put(radio, "mac_address", b"\x02\0\0\0\0\x77")
    put(radio, "dns", ("10.0.0.53", "10.0.0.54"))
    put(radio, "ipv4_dns", "10.0.0.53")
    put(radio, "power_management", PowerManagement.MIN)
    put(radio, "power_management", PowerManagement.NONE)
    print(radio.enabled, radio.ap_active, radio.addresses_ap, radio.ipv4_gateway_ap)
    radio.start_ap("mine", "12345678", authmode=[AuthMode.WPA2, AuthMode.PSK], max_connections=2)
    print(radio.ap_active, radio.ipv4_address_ap, radio.ipv4_subnet_ap, radio.stations_ap)
    radio.set_ipv4_address_ap(ipv4="10.1.1.1", netmask="255.255.255.0", gateway="10.1.1.1")
    radio.stop_dhcp_ap()
    radio.start_dhcp_ap()
    put(radio, "mac_address_ap", b"\x02\0\0\0\0\x78")
    radio.set_ipv4_address(
        ipv4=radio.ipv4_address, netmask=radio.ipv4_subnet, gateway=radio.ipv4_gateway
    )
    took = radio.ping(radio.ipv4_gateway, timeout=2)
    print(took is None or 0 <= took <= 2, radio.ping("nowhere.test"))
    print(radio.modem.restarts)
    radio.reset()
    print(radio.ipv4_address, radio.firmware, radio.ipv4_address, radio.connected)
    print(radio.addresses, radio.ap_active, radio.addresses_ap, radio.hostname, radio.mac_address)
    radio.start_dhcp()
    radio.stop_ap()
    tried("enabled", lambda: put(radio, "enabled", False))
    tried("connected", lambda: setattr(radio, "connected", 1))
    tried("start_ap", lambda: setattr(radio, "start_ap", 1))
    tried("tx_power", lambda: put(radio, "tx_power", 30))
    tried("hostname", lambda: setattr(radio, "hostname", "a b"))
    tried("mac", lambda: setattr(radio, "mac_address", b"1"))
    tried("power", lambda: setattr(radio, "power_management", PowerManagement.UNKNOWN))
    tried("authmode", lambda: radio.start_ap("mine", "12345678", authmode=(AuthMode.WPA3,)))
    tried("ipv6", lambda: radio.start_dhcp(ipv6=True))
    tried("scan", lambda: radio.start_scanning_networks(start_channel=0))
    radio.start_station()
    radio.stop_station()
    print(radio.connected, radio.ap_active, radio.enabled, old)
    radio.note = 7
    print(radio.note)
