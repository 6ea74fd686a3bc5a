"""pyserial URL handlers: one module a scheme, found by pyserial once `espat_tools` is imported.

`scheme://...` is served by `protocol_scheme.py` here, by its class `Serial` or its function
`serial_class_for_url(url)` (pyserial, "URL handlers").
"""
