# Feeds each exchange to the parser in blocks of each size, and prints the events it tells, one line
# for an exchange and a size. EXCHANGES and BLOCKS are put in front of it by the test.
from espat.parser import Parser

RECV, DATA, END, WAITING, CONNECT, CLOSED = 11, 12, 15, 18, 19, 20


def told(parser, event, got):
    """What belongs to an event, as a tuple of plain values."""
    if event == DATA:
        parser.into(memoryview(got))
        return (event, parser.link, parser.length, parser.peer and bytes(parser.peer))
    if event == RECV:
        return (event, parser.length)
    if event == WAITING:
        return (event, parser.link, parser.length)
    if event in (CONNECT, CLOSED):
        return (event, parser.link)
    if event == END:
        return (event, bytes(got[: parser.at]))
    return (event, bytes(parser.line))


def events(asked, prompt, data, block):
    """All events of an exchange that arrives in blocks of so many bytes."""
    parser = Parser()
    parser.asked = asked
    parser.prompt = prompt
    got = bytearray(64)
    found = []
    at = 0
    while True:
        event = parser.next()
        if event:
            found.append(told(parser, event, got))
            continue
        if at == len(data):
            return found
        space = parser.space()
        n = min(block, len(space), len(data) - at)
        space[:n] = data[at : at + n]
        parser.fill(n)
        at += n


for asked, prompt, data in EXCHANGES:  # noqa: F821
    for block in BLOCKS:  # noqa: F821
        print(events(asked, prompt, data, block))
