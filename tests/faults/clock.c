/* Loaded in front of the C library: the clock on the wall shows what the file CLOCK_FILE says, in seconds since 1970, and
   runs on from there; the true time while there is no such file. Clocks that count from some start are left alone. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Seconds to be added, from the last line that was read; the file is looked at anew when it is another. */
static long long shift_now(void) {
    static long long shift, set_nsec = -1;
    const char *path = getenv("CLOCK_FILE");
    struct stat about;
    if (!path || stat(path, &about) != 0) return 0;
    long long stamp = about.st_mtim.tv_sec * 1000000000LL + about.st_mtim.tv_nsec;
    if (stamp == __atomic_load_n(&set_nsec, __ATOMIC_ACQUIRE)) return __atomic_load_n(&shift, __ATOMIC_ACQUIRE);
    char text[32] = {0};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    long long read_shift = length > 0 ? atoll(text) - about.st_mtim.tv_sec : 0;
    __atomic_store_n(&shift, read_shift, __ATOMIC_RELEASE);
    __atomic_store_n(&set_nsec, stamp, __ATOMIC_RELEASE);
    return read_shift;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int done = (int)syscall(SYS_clock_gettime, clock, time);
    if (done == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += shift_now();
    return done;
}

int gettimeofday(struct timeval *restrict into, void *restrict zone) {
    int done = (int)syscall(SYS_gettimeofday, into, zone);
    if (done == 0) into->tv_sec += shift_now();
    return done;
}

time_t time(time_t *into) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (into) *into = now.tv_sec;
    return now.tv_sec;
}
