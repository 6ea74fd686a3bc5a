"""Basic commands, about the module itself and its UART."""

from ..families import ALL, E24, ESPAT, NONOS, OLD_17, SINCE_24, SINCE_33
from ..outcome import SILENT


def test(call):
    """AT"""


def echo_off(call):
    """ATE0"""
    call.core.session.echo = False


def echo_on(call):
    """ATE1"""
    call.core.session.echo = True


def version(call):
    """AT+GMR"""
    core, v = call.core, call.core.version
    if core.profile.old:
        core.say("gmr at", *v.at, v.at_date, v.at_time)
    else:
        core.say("gmr at", *v.at, v.suffix, "", v.commit, v.chip, v.at_date, v.at_time)
    core.say("gmr sdk", v.sdk)
    commit = () if core.profile.old else (v.bin_commit,)
    core.say("gmr compiled", *commit, v.bin_date, v.bin_time)
    core.say("gmr bin", *((v.bin,) if core.profile.old else (v.bin, v.module)))


def restart(core, tells=True):
    """A task: print OK (if ``tells``) and the loss of the network, then restart the module."""
    if tells:
        core.say("ok")
    if core.station.joined:
        core.say("wifi disconnect")
    core.turn_deaf()
    core.scheduler.after(0, core.reboot)
    yield core.timing.boot
    return SILENT


def reset(call):
    """AT+RST"""
    return restart(call.core)


def restore(call):
    """AT+RESTORE: ESP-AT first closes its links, with notices (capture 38)"""
    if not call.core.profile.old:
        call.core.links.drop_all(tell=True)
    old, call.core.flash = call.core.flash, call.core.factory_settings()
    call.core.flash.store, call.core.flash.firmware = old.store, old.firmware
    return restart(call.core)


def _uart_arguments(call):
    args = call.args
    args.count(5, 5)
    args.integer(1, 5, 8)
    args.integer(2, 1, 3)
    args.integer(3, 0, 2)
    return args.integer(0, 80, call.core.profile.fastest), args.integer(4, 0, 3)


def query_uart(call):
    """AT+UART_CUR?"""
    call.say("uart", call.core.baud, 8, 1, 0, call.core.flow_control)


def set_uart(call):
    """AT+UART_CUR: OK comes at the old rate, then the new one is set"""
    core = call.core
    baud, flow_control = _uart_arguments(call)

    def switch():
        core.baud, core.flow_control = baud, flow_control

    core.afterwards.append(lambda: core.when_sent(switch))


def set_uart_default(call):
    """AT+UART_DEF, and AT+UART on NonOS"""
    set_uart(call)
    call.set(always=True, baud=call.args.values[0], flow_control=call.args.values[4])


def query_store(call):
    """AT+SYSSTORE?"""
    call.say("sysstore", call.core.session.store)


def set_store(call):
    """AT+SYSSTORE"""
    call.args.count(1, 1)
    call.core.session.store = call.args.integer(0, 0, 1)


def query_messages(call):
    """AT+SYSMSG?"""
    call.say("sysmsg", call.core.settings.sysmsg)


def set_messages(call):
    """AT+SYSMSG: bit 0 prints +QUITT, bit 1 +LINK_CONN, bit 2 notices in passthrough"""
    call.args.count(1, 1)
    call.set(sysmsg=call.args.integer(0, 0, 7))


def query_log(call):
    """AT+SYSLOG?"""
    call.say("syslog", call.core.session.syslog)


def set_log(call):
    """AT+SYSLOG: 1 prints ERR CODE before ERROR"""
    call.args.count(1, 1)
    call.core.session.syslog = call.args.integer(0, 0, 1)


def memory(call):
    """AT+SYSRAM?: free bytes, and (ESP-AT) the fewest so far. The figures are invented."""
    free = call.core.profile.free_memory - 1500 * len(call.core.links.open)
    call.say("sysram", *((free,) if call.core.profile.old else (free, free - 20_000)))


def query_sleep(call):
    """AT+SLEEP?"""
    call.say("sleep", call.core.session.sleep)


def set_sleep(call):
    """AT+SLEEP=<mode>"""
    call.args.count(1, 1)
    call.core.session.sleep = call.args.integer(0, 0, 2 if call.core.profile.old else 3)


def deep_sleep(call):
    """AT+GSLP=<ms>: prints the time, sleeps for it, and boots"""
    core = call.core
    call.args.count(1, 1)
    milliseconds = call.args.integer(0, 0, 0x7FFFFFFF)
    call.say("gslp", milliseconds)
    core.say("ok")
    core.turn_deaf()
    core.scheduler.after(0, lambda: core.sleep(milliseconds / 1000))
    yield core.timing.boot
    return SILENT


#: The transmit powers of an ESP32, in 0.25 dBm. It uses the next lower one (AT+RFPOWER).
_POWERS = (34, 44, 52, 56, 60, 66, 72, 80)


def query_power(call):
    """AT+RFPOWER?: in 0.25 dBm; with the three values of Bluetooth where there is Bluetooth"""
    session = call.core.session
    more = session.ble_power if call.core.profile.id in SINCE_24 else ()
    call.say("rfpower", session.power, *more)


def set_power(call):
    """AT+RFPOWER=<40 to 84>[,<advertising>,<scanning>,<connected>]"""
    core, args = call.core, call.args
    if core.profile.id not in SINCE_24:
        args.count(1, 1)
        core.session.power = args.integer(0, 0 if core.profile.old else 40, 82)
        return
    args.count(1, 4)
    if len(args) not in (1, 4):
        raise args.miscount(4)
    wanted = args.integer(0, 40, 84)
    if len(args) == 4:
        most = 7 if core.profile.id == E24 else 15
        core.session.ble_power = tuple(args.integer(n, 0, most) for n in (1, 2, 3))
    core.session.power = max(power for power in _POWERS if power <= wanted)


def query_interval(call):
    """AT+TRANSINTVL?"""
    call.say("transintvl", call.core.session.interval)


def set_interval(call):
    """AT+TRANSINTVL=<0 to 1000 ms>: how long passthrough waits for more bytes before it sends"""
    call.args.count(1, 1)
    call.core.session.interval = call.args.integer(0, 0, 1000)


def query_ble(call):
    """AT+BLEINIT?: always 0, not initialised. Hosts tell an ESP32 from an ESP8266 by the answer."""
    call.say("bleinit", 0)


def list_commands(call):
    """AT+CMD?"""
    for number, command in enumerate(call.core.commands.values()):
        forms = (command.test, command.query, command.set, command.execute)
        call.say("cmd", number, command.name, *(int(form is not None) for form in forms))


# fmt: off
COMMANDS = (
    # name           families  query           set               execute
    ("",             ALL,      None,           None,             test),
    ("E0",           ALL,      None,           None,             echo_off),
    ("E1",           ALL,      None,           None,             echo_on),
    ("+GMR",         ALL,      None,           None,             version),
    ("+RST",         ALL,      None,           None,             reset),
    ("+RESTORE",     ALL,      None,           None,             restore),
    ("+UART",        ALL,      query_uart,     set_uart_default, None),
    ("+UART_CUR",    ALL,      query_uart,     set_uart,         None),
    ("+UART_DEF",    ALL,      query_uart,     set_uart_default, None),
    ("+SYSSTORE",    ESPAT,    query_store,    set_store,        None),
    ("+SYSMSG",      ESPAT,    query_messages, set_messages,     None),
    ("+SYSMSG_CUR",  OLD_17,   query_messages, set_messages,     None),
    ("+SYSMSG_DEF",  OLD_17,   query_messages, set_messages,     None),
    ("+SYSLOG",      ESPAT,    query_log,      set_log,          None),
    ("+SYSRAM",      ESPAT | OLD_17, memory,   None,             None),
    ("+SLEEP",       ALL,      query_sleep,    set_sleep,        None),
    ("+GSLP",        ALL,      None,           deep_sleep,       None),
    ("+CMD",         ESPAT,    list_commands,  None,             None),
    ("+RFPOWER",     ESPAT,    query_power,    set_power,        None),
    ("+RFPOWER",     NONOS,    None,           set_power,        None),
    ("+TRANSINTVL",  SINCE_33, query_interval, set_interval,     None),
    ("+BLEINIT",     SINCE_24, query_ble,      None,             None),
)
# fmt: on
