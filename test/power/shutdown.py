"""Takes the power from an ext4 file system: from now on nothing reaches its disk, and what was not synced is lost.

Usage: shutdown.py DIRECTORY
"""

import fcntl
import os
import struct
import sys

# _IOR('X', 125, __u32), and the flag by which not even the journal is written.
EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2

directory = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECTORY)
fcntl.ioctl(directory, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
