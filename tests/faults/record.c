/* Loaded in front of the C library: records every change of the files below one folder, in the order in which they
   happened, with the bytes that were written.

   RECORD_FOLDER  the folder, as an absolute path without symbolic links
   RECORD_TO      the recording, appended to; several processes may share one
   RECORD_AS      a number in each record that says which process it is of

   A record, in the machine's byte order:
     u32 bytes that follow, u8 kind, u8 who, i32 descriptor, u64 number, u32 + path, u32 + other path, u32 + data
   It is written once the operation is done. Operations are done one after the other, so their order is exact. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define DESCRIPTORS 4096

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static int recording = -1;
static unsigned char who;
static char folder[PATH_MAX];
static size_t folder_length;
/* The inode behind each descriptor that is followed; 0 for all others. */
static ino_t followed[DESCRIPTORS];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void put(char **at, const void *bytes, size_t length) {
    memcpy(*at, bytes, length);
    *at += length;
}

static void put_counted(char **at, const void *bytes, size_t length) {
    unsigned int count = (unsigned int)length;
    put(at, &count, sizeof count);
    put(at, bytes, length);
}

/* Writes one record with one call, past our own functions. Without it the recording would be wrong: no way on. */
static void record(char kind, int fd, unsigned long long number, const char *path, const char *other, const void *data,
                   size_t length) {
    size_t path_length = path ? strlen(path) : 0, other_length = other ? strlen(other) : 0;
    unsigned int rest = (unsigned int)(2 + 4 + 8 + 12 + path_length + other_length + length);
    char *bytes = malloc(4 + rest), *at = bytes;
    if (!bytes) abort();
    put(&at, &rest, sizeof rest);
    put(&at, &kind, 1);
    put(&at, &who, 1);
    put(&at, &fd, 4);
    put(&at, &number, 8);
    put_counted(&at, path, path_length);
    put_counted(&at, other, other_length);
    put_counted(&at, data, length);
    if (syscall(SYS_write, recording, bytes, (size_t)(4 + rest)) != (long)(4 + rest)) abort();
    free(bytes);
}

__attribute__((constructor)) static void begin(void) {
    const char *to = getenv("RECORD_TO"), *of = getenv("RECORD_FOLDER"), *as = getenv("RECORD_AS");
    if (!to || !of) return;
    snprintf(folder, sizeof folder, "%s", of);
    folder_length = strlen(folder);
    who = as ? (unsigned char)atoi(as) : 0;
    recording = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (recording < 0) abort();
    record('P', -1, 0, NULL, NULL, NULL, 0);
}

static int is_below(const char *path) {
    return recording >= 0 && strncmp(path, folder, folder_length) == 0 && (path[folder_length] == '/' || !path[folder_length]);
}

/* The path that `dir` and `path` mean, without resolving its last part. */
static int resolve(int dir, const char *path, char *out) {
    if (recording < 0) return 0;
    if (path[0] == '/') {
        snprintf(out, PATH_MAX, "%s", path);
    } else {
        char link[64];
        ssize_t length;
        if (dir == AT_FDCWD) {
            if (!getcwd(out, PATH_MAX)) return 0;
            length = (ssize_t)strlen(out);
        } else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
            length = readlink(link, out, PATH_MAX - 1);
            if (length < 0) return 0;
        }
        snprintf(out + length, (size_t)(PATH_MAX - length), "/%s", path);
    }
    return is_below(out);
}

static int is_followed(int fd) {
    struct stat about;
    if (recording < 0 || fd < 0 || fd >= DESCRIPTORS || !followed[fd]) return 0;
    return fstat(fd, &about) == 0 && about.st_ino == followed[fd];
}

static void lock(void) { pthread_mutex_lock(&one_at_a_time); }

static void unlock(void) {
    int saved = errno;
    pthread_mutex_unlock(&one_at_a_time);
    errno = saved;
}

static void opened(int fd, int flags, const char *full) {
    struct stat about;
    int saved = errno;
    if (fd >= 0 && fd < DESCRIPTORS && fstat(fd, &about) == 0) {
        followed[fd] = about.st_ino;
        /* What happens to number: 1 it was truncated, 2 it is a folder. */
        record('O', fd, (flags & O_TRUNC ? 1 : 0) | (S_ISDIR(about.st_mode) ? 2 : 0), full, NULL, NULL, 0);
    }
    errno = saved;
}

static int open_in(int dir, const char *path, int flags, mode_t mode) {
    char full[PATH_MAX];
    int (*real)(int, const char *, int, ...) = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat64");
    if (!resolve(dir, path, full)) return real(dir, path, flags, mode);
    lock();
    int fd = real(dir, path, flags, mode);
    opened(fd, flags, full);
    unlock();
    return fd;
}

#define MODE_OF(flags, mode)                                                   \
    mode_t mode = 0;                                                           \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                     \
        va_list rest;                                                          \
        va_start(rest, flags);                                                 \
        mode = va_arg(rest, mode_t);                                           \
        va_end(rest);                                                          \
    }

int open(const char *path, int flags, ...) { MODE_OF(flags, mode) return open_in(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_OF(flags, mode) return open_in(AT_FDCWD, path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) { MODE_OF(flags, mode) return open_in(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { MODE_OF(flags, mode) return open_in(dir, path, flags, mode); }
int creat(const char *path, mode_t mode) { return open_in(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* From here on the C library closes it by itself. */
DIR *fdopendir(int fd) {
    if (fd >= 0 && fd < DESCRIPTORS) followed[fd] = 0;
    return REAL(fdopendir)(fd);
}

int close(int fd) {
    if (fd < 0 || fd >= DESCRIPTORS || !followed[fd]) return REAL(close)(fd);
    lock();
    int was = is_followed(fd);
    followed[fd] = 0;
    int done = REAL(close)(fd);
    if (was) record('C', fd, 0, NULL, NULL, NULL, 0);
    unlock();
    return done;
}

static ssize_t write_to(int fd, const struct iovec *parts, int count, off64_t offset) {
    lock();
    off64_t at = offset;
    if (at < 0) {
        struct stat about;
        int flags = fcntl(fd, F_GETFL);
        at = flags & O_APPEND && fstat(fd, &about) == 0 ? about.st_size : lseek64(fd, 0, SEEK_CUR);
    }
    ssize_t done = offset < 0 ? REAL(writev)(fd, parts, count) : REAL(pwritev64)(fd, parts, count, offset);
    ssize_t left = done;
    for (int part = 0; part < count && left > 0; part++) {
        size_t length = (ssize_t)parts[part].iov_len < left ? parts[part].iov_len : (size_t)left;
        record('W', fd, (unsigned long long)at, NULL, NULL, parts[part].iov_base, length);
        at += (off64_t)length;
        left -= (ssize_t)length;
    }
    unlock();
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (!is_followed(fd)) return REAL(write)(fd, bytes, length);
    struct iovec part = {(void *)bytes, length};
    return write_to(fd, &part, 1, -1);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    return is_followed(fd) ? write_to(fd, parts, count, -1) : REAL(writev)(fd, parts, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    if (!is_followed(fd)) return REAL(pwrite64)(fd, bytes, length, offset);
    struct iovec part = {(void *)bytes, length};
    return write_to(fd, &part, 1, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
    return is_followed(fd) ? write_to(fd, parts, count, offset) : REAL(pwritev64)(fd, parts, count, offset);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { return pwritev64(fd, parts, count, offset); }

/* Ways past write: whoever tries them falls back on it. */
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned int flags) {
    (void)in, (void)from, (void)out, (void)to, (void)length, (void)flags;
    errno = ENOSYS;
    return -1;
}

ssize_t sendfile64(int out, int in, off64_t *from, size_t length) {
    if (!is_followed(out)) return REAL(sendfile64)(out, in, from, length);
    errno = EINVAL;
    return -1;
}

ssize_t sendfile(int out, int in, off_t *from, size_t length) { return sendfile64(out, in, from, length); }

int ftruncate64(int fd, off64_t length) {
    if (!is_followed(fd)) return REAL(ftruncate64)(fd, length);
    lock();
    int done = REAL(ftruncate64)(fd, length);
    if (done == 0) record('T', fd, (unsigned long long)length, NULL, NULL, NULL, 0);
    unlock();
    return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int sync_of(int fd, int (*real)(int)) {
    if (!is_followed(fd)) return real(fd);
    lock();
    int done = real(fd);
    if (done == 0) record('S', fd, 0, NULL, NULL, NULL, 0);
    unlock();
    return done;
}

int fsync(int fd) { return sync_of(fd, REAL(fsync)); }
int fdatasync(int fd) { return sync_of(fd, REAL(fdatasync)); }

static int move(int from_dir, const char *from, int to_dir, const char *to, unsigned int flags) {
    char full_from[PATH_MAX], full_to[PATH_MAX];
    int known = resolve(from_dir, from, full_from) & resolve(to_dir, to, full_to);
    lock();
    int done = (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
    if (known && done == 0) record('R', -1, 0, full_from, full_to, NULL, 0);
    unlock();
    return done;
}

int rename(const char *from, const char *to) { return move(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_dir, const char *from, int to_dir, const char *to) { return move(from_dir, from, to_dir, to, 0); }
int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned int flags) {
    return move(from_dir, from, to_dir, to, flags);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) {
    char full_from[PATH_MAX], full_to[PATH_MAX];
    int known = resolve(from_dir, from, full_from) & resolve(to_dir, to, full_to);
    lock();
    int done = REAL(linkat)(from_dir, from, to_dir, to, flags);
    if (known && done == 0) record('L', -1, 0, full_from, full_to, NULL, 0);
    unlock();
    return done;
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int dir, const char *path, int flags) {
    char full[PATH_MAX];
    int known = resolve(dir, path, full);
    lock();
    int done = REAL(unlinkat)(dir, path, flags);
    if (known && done == 0) record('U', -1, 0, full, NULL, NULL, 0);
    unlock();
    return done;
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int dir, const char *path, mode_t mode) {
    char full[PATH_MAX];
    int known = resolve(dir, path, full);
    lock();
    int done = REAL(mkdirat)(dir, path, mode);
    if (known && done == 0) record('M', -1, 0, full, NULL, NULL, 0);
    unlock();
    return done;
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
