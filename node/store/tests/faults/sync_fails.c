/* Loaded in front of the C library: the sync of a segment fails once with EIO, at the call whose number is in
   FAIL_SYNC_AT. Later calls succeed, as they do on Linux although the data is lost. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

int fdatasync(int fd) {
    static int calls = 0;
    const char *at = getenv("FAIL_SYNC_AT");
    if (at && ++calls == atoi(at)) {
        errno = EIO;
        return -1;
    }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return real(fd);
}
