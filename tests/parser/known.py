"""Defects of the parser that cases of the tables show. Runs on MicroPython too.

A case names the defect that it trips over and must then fail; when the parser is mended, put None
in the place of its text, and the case must pass.
"""

# b"\x02\n": any line of one control character, 2 to 8 or 19 to 31
CONTROL = None
# Parser(64), b"x" + b" " * 150 + b"\r\n\r\nOK\r\n"
BLANK_IN_LONG = None
# Parser(64), prompt awaited, b"x" + b">" * 150
PROMPT_IN_LONG = None
# b"\r\nRecv 8 b\x19tes\r\n"
RECV_FLIPPED = None
# b"\r\nRecv 10 byte\r\n"
RECV_SHORT = None
# NonOS: b"\r\n+IPD,1,5:helloSEND FAIL\r\n"
BARE_FAIL = None
# trailer: b"\r\n+IPD,1,5:hello\r\nSTATUS:3\r\n"
GLUED_TRAILER = None
# b"\r\n+IPD,1,5:hello1,CLOSED\r\nSTATUS:3\r\n"
GLUED_NOTICE = None
# b"\r\n+IPD,1,5:helloAT+CIPMUX?\r\n+CIPMUX:1\r\n"
GLUED_ECHO = "glued is true of a line that an echo parts from the payload"
# b"\r\n+IPD,1,5:helloAT1,CLOSED\r\n+CIPMUX?\r\n"
ECHO_HEAD = "an echo cut by a notice behind its A or AT is taken for a damaged payload"
# b"+IPD,5,10:hello\r\n"
CHANGED = "a line that turns out to be no header is told with ? for its +"
# b'+IPD,5,"\r\n\r\nOK\r\n'
UNFINISHED = None
# Parser(64), b'+IPD,0,5,"' + b"a" * 100
STALL = "a header that stays unfinished fills a small ring: space() is empty for ever"
# b"\r\n+IPD,1,5:hello \r\nOK\r\n"
BLANK = None
# NonOS: b"\r\n+IPD,1,5:hellox1,CLOSED\r\n"
STUCK = None
# b"\r\n+IPD,1,5:hellox+IPD,2,4:next": BROKEN byte by byte, not in one read
BYTE_BEFORE_IPD = "whether a byte between a payload and +IPD is told depends on the cut"
# trailer: b"\r\n+IPD,1,7:hello\r\n1,CLOSED\r\n\r\nOK\r\n"
NO_TRAILER = None
