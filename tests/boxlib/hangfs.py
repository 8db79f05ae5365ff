#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""hangfs.py DIRECTORY: a file system that never answers, as a network's whose server has died: whoever looks a name up
in it hangs, and SIGKILL does not help. Says "mounted", and "asked" at the first question. Ends with SIGTERM: then all
that hang get an error."""
import ctypes
import os
import struct
import sys

FUSE_INIT = 26
IN_HEADER = struct.Struct("=IIQQIIII")
OUT_HEADER = struct.Struct("=IiQ")
INIT_OUT = struct.Struct("=IIIIHHIIHHI7I")


def mount(path):
    fd = os.open("/dev/fuse", os.O_RDWR)
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"fd={fd},rootmode=40755,user_id=0,group_id=0,allow_other".encode()
    if libc.mount(b"hangfs", os.fsencode(path), b"fuse", 2 | 4, options) != 0:
        raise OSError(ctypes.get_errno(), "mount", path)
    return fd


def main():
    fd = mount(sys.argv[1])
    print("mounted", flush=True)
    asked = False
    while True:
        request = os.read(fd, 1 << 20)
        _, opcode, unique, *_ = IN_HEADER.unpack_from(request)
        if opcode == FUSE_INIT:
            answer = INIT_OUT.pack(7, 31, 65536, 0, 16, 12, 65536, 1, 0, 0, 0, *[0] * 7)
            os.write(fd, OUT_HEADER.pack(OUT_HEADER.size + len(answer), 0, unique) + answer)
        elif not asked:
            asked = True
            print("asked", flush=True)


main()
