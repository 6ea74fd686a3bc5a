"""Basic commands: the module itself and its UART."""

from ..families import ALL, ESPAT, OLD, OLD_17

#: Baud rates: ESP32 family 80 to 5000000 (Basic AT commands, AT+UART_CUR).
_BAUD = (80, 5_000_000)


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
    core, v = call.core, call.core.profile.version
    if core.profile.old:
        core.say("gmr at", *v.at, v.at_date, v.at_time)
    else:
        core.say("gmr at", *v.at, v.suffix, "", v.commit, v.chip, v.at_date, v.at_time)
    core.say("gmr sdk", v.sdk)
    commit = () if core.profile.old else (v.bin_commit,)
    core.say("gmr compiled", *commit, v.bin_date, v.bin_time)
    core.say("gmr bin", *((v.bin,) if core.profile.old else (v.bin, v.module)))


def _restart(core):
    """OK, the news of the lost network, and then the boot."""
    core.say("ok")
    if core.station.joined:
        core.say("wifi disconnect")
    core.scheduler.after(0, core.reboot)
    yield core.timing.boot
    return "silent"


def reset(call):
    """AT+RST"""
    return _restart(call.core)


def restore(call):
    """AT+RESTORE"""
    call.core.flash = call.core.factory_settings()
    return _restart(call.core)


def _uart_arguments(call):
    args = call.args
    args.count(5, 5)
    args.integer(1, 5, 8)
    args.integer(2, 1, 3)
    args.integer(3, 0, 2)
    return args.integer(0, *_BAUD), args.integer(4, 0, 3)


def query_uart(call):
    """AT+UART_CUR?"""
    call.say("uart", call.core.baud, 8, 1, 0, call.core.flow_control)


def set_uart(call):
    """AT+UART_CUR: OK at the old rate, then the new one"""
    core = call.core
    baud, flow_control = _uart_arguments(call)

    def switch():
        core.baud, core.flow_control = baud, flow_control

    core.afterwards.append(switch)


def set_uart_default(call):
    """AT+UART_DEF, and AT+UART on NonOS"""
    set_uart(call)
    call.core.flash.baud = call.args.values[0]


def query_store(call):
    """AT+SYSSTORE?"""
    call.say("sysstore", call.core.session.store)


def set_store(call):
    """AT+SYSSTORE"""
    call.args.count(1, 1)
    call.core.session.store = call.args.integer(0, 0, 1)


def query_messages(call):
    """AT+SYSMSG?"""
    call.say("sysmsg", call.core.session.sysmsg)


def set_messages(call):
    """AT+SYSMSG: bit 0 prints +QUITT, bit 1 +LINK_CONN, bit 2 notices in passthrough"""
    call.args.count(1, 1)
    value = call.args.integer(0, 0, 7)
    call.core.session.sysmsg = value
    if call.persist:
        call.core.flash.sysmsg = value


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
    ("+UART",        OLD,      query_uart,     set_uart_default, None),
    ("+UART_CUR",    ALL,      query_uart,     set_uart,         None),
    ("+UART_DEF",    ALL,      query_uart,     set_uart_default, None),
    ("+SYSSTORE",    ESPAT,    query_store,    set_store,        None),
    ("+SYSMSG",      ESPAT,    query_messages, set_messages,     None),
    ("+SYSMSG_CUR",  OLD_17,   query_messages, set_messages,     None),
    ("+SYSMSG_DEF",  OLD_17,   query_messages, set_messages,     None),
    ("+CMD",         ESPAT,    list_commands,  None,             None),
)
# fmt: on
