"""What is sent as JSON, from bytes to a checked document: for doors and commands, without HTTP.

No message quotes what was sent, nor a name that is in no table.
"""
