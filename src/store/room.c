#include "store/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { ROOM_BYTES = 1 << 20 }; /* a group of entries and what they change */

bool room_in(const char *dir)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/room.tmp", dir) >= (int)sizeof path) return true;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return errno != ENOSPC && errno != EDQUOT;
    (void)unlink(path);
    int why = posix_fallocate(fd, 0, ROOM_BYTES);
    (void)close(fd);
    return why != ENOSPC && why != EDQUOT; /* anything else is told by the next write */
}
