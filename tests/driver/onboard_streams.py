"""What is new to the radio, as a program for CircuitPython: passthrough, groups, mDNS."""

import os
import ssl

import mdns
import socketpool
import wifi

radio = wifi.radio
radio.connect(os.getenv("CIRCUITPY_WIFI_SSID"), os.getenv("CIRCUITPY_WIFI_PASSWORD"))
with radio.passthrough("peer.test", 7) as stream:
    stream.write(b"hello")
    print("plain", stream.read(5))
context = ssl.create_default_context()
with open("/roots.pem") as file:
    context.load_verify_locations(cadata=file.read())
pool = socketpool.SocketPool(radio)
if os.getenv("TLS_FIRST"):
    with context.wrap_socket(pool.socket(), server_hostname="tls.test") as sock:
        sock.connect(("tls.test", 443))
context.check_hostname = context.sni = False  # what no firmware before 5.0 checks after a break
with radio.passthrough("tls.test", 443, context=context, timeout=30) as stream:
    stream.write(b"hello")
    print("secure", stream.read(5))
radio.tx_power = 15
print("power", radio.tx_power)
server = mdns.Server(radio)
server.hostname = "onboard"
server.advertise_service(service_type="_http", protocol="_tcp", port=80)
server.deinit()
print("announced")
with pool.socket(pool.AF_INET, pool.SOCK_DGRAM) as sock:
    sock.bind(("", 25355))
    sock.setsockopt(pool.IPPROTO_IP, 35, bytes((239, 255, 7, 8)) + bytes(4))
    sock.settimeout(0)
    try:
        sock.recvfrom_into(bytearray(10))
    except OSError as e:
        print("member", e.errno)
try:
    radio.passthrough("nobody.test", 7)
except OSError as e:
    print("refused", e.errno)
