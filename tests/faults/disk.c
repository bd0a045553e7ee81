/* Loaded in front of the C library: the disk fails as the file FAULT_FILE says, for files whose path contains FAULT_IN.
   The file holds one word and perhaps a number:

     read-only      every write, sync, change of names, and opening for writing is refused with EROFS
     slow MILLIS    every fdatasync takes so much longer
     sync-once      the next fdatasync fails with EIO, and the file is removed

   Each fdatasync adds a byte to FAULT_FILE.syncs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int fault(char *word, int *number) {
    const char *path = getenv("FAULT_FILE");
    char text[64] = {0};
    if (!path) return 0;
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    long length = syscall(SYS_read, file, text, sizeof text - 1);
    syscall(SYS_close, file);
    *number = 0;
    return length > 0 && sscanf(text, "%31s %d", word, number) >= 1;
}

static int is_meant(const char *path) {
    const char *in = getenv("FAULT_IN");
    return in && strstr(path, in);
}

static int is_meant_fd(int fd) {
    char link[64], path[PATH_MAX] = {0};
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    return readlink(link, path, sizeof path - 1) > 0 && is_meant(path);
}

/* What a write fails with now; 0 when it does not. */
static int refusal(void) {
    char word[32];
    int number, saved = errno, with = 0;
    if (fault(word, &number)) {
        if (strcmp(word, "read-only") == 0) with = EROFS;
    }
    errno = saved;
    return with;
}

#define REFUSE(meant)                                                          \
    do {                                                                       \
        int with = refusal();                                                  \
        if (with && (meant)) {                                                 \
            errno = with;                                                      \
            return -1;                                                         \
        }                                                                      \
    } while (0)

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t length) {
    REFUSE(fd > 2 && is_meant_fd(fd));
    return syscall(SYS_write, fd, bytes, length);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    REFUSE(is_meant_fd(fd));
    return syscall(SYS_pwrite64, fd, bytes, length, offset);
}

int open64(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    if (flags & (O_WRONLY | O_RDWR | O_CREAT)) REFUSE(is_meant(path));
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int ftruncate64(int fd, off64_t length) {
    REFUSE(is_meant_fd(fd));
    return REAL(ftruncate64)(fd, length);
}

int mkdir(const char *path, mode_t mode) {
    REFUSE(is_meant(path));
    return REAL(mkdir)(path, mode);
}

int unlink(const char *path) {
    REFUSE(is_meant(path));
    return REAL(unlink)(path);
}

int rename(const char *from, const char *to) {
    REFUSE(is_meant(from) || is_meant(to));
    return REAL(rename)(from, to);
}

int fdatasync(int fd) {
    char word[32], beside[PATH_MAX];
    int number;
    if (!is_meant_fd(fd)) return REAL(fdatasync)(fd);
    snprintf(beside, sizeof beside, "%s.syncs", getenv("FAULT_FILE"));
    int count = (int)syscall(SYS_openat, AT_FDCWD, beside, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    syscall(SYS_write, count, "x", 1);
    syscall(SYS_close, count);
    if (fault(word, &number)) {
        if (strcmp(word, "slow") == 0) {
            struct timespec pause = {number / 1000, number % 1000 * 1000000L};
            nanosleep(&pause, NULL);
        }
        if (strcmp(word, "sync-once") == 0) {
            unlink(getenv("FAULT_FILE"));
            errno = EIO;
            return -1;
        }
        if (strcmp(word, "read-only") == 0) {
            errno = EROFS;
            return -1;
        }
    }
    return REAL(fdatasync)(fd);
}
