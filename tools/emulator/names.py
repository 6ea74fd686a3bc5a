"""DNS and NTP packets, by dnspython and ntplib, with which :mod:`.sockets` asks real servers."""

from .asking import Datagram

#: The ports that questions go to, unless the network maps them to others.
DNS_PORT, NTP_PORT = 53, 123


def dns_question(name):
    """(question, reader) for the IPv4 address of ``name``."""
    import dns.exception  # noqa: PLC0415 - only who sets a DNS server needs dnspython
    import dns.message  # noqa: PLC0415
    import dns.rdatatype  # noqa: PLC0415

    query = dns.message.make_query(name, "A")

    def read(data):
        try:
            reply = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return None
        if not query.is_response(reply):
            return None
        found = [
            record.address
            for records in reply.answer
            if records.rdtype == dns.rdatatype.A
            for record in records
        ]
        return found[0] if found else None

    return Datagram(query.to_wire), read


def ntp_question():
    """(question, reader) for the time, in seconds since 1970 UTC."""
    import ntplib  # noqa: PLC0415 - only who asks for the time needs ntplib

    def read(data):
        packet = ntplib.NTPPacket()
        try:
            packet.from_data(data)
        except ntplib.NTPException:
            return None
        return ntplib.ntp_to_system_time(packet.tx_timestamp)

    return Datagram(ntplib.NTPPacket(version=4, mode=3).to_data), read
