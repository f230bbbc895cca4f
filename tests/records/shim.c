/* Preloaded by tests/records/killed.rs into a process that writes records, because the tests may run as root, whom no permission stops.
 *
 * TAIMEN_SHIM_DIR      the folder of the database; other files are left alone
 * TAIMEN_SHIM_DURABLE  a folder that gets a copy of a file each time it is synced: what a power cut would leave
 * TAIMEN_SHIM_WRITES   after so many writes each one fails
 * TAIMEN_SHIM_ERRNO    with this number
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long writes;

/* The name of a descriptor's file within the folder, or NULL. */
static const char *name_of(int fd, char path[PATH_MAX]) {
    const char *dir = getenv("TAIMEN_SHIM_DIR");
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (!dir || length < 0) return NULL;
    path[length] = 0;
    size_t prefix = strlen(dir);
    if (strncmp(path, dir, prefix) != 0 || path[prefix] != '/') return NULL;
    return path + prefix + 1;
}

static int fails(int fd) {
    char path[PATH_MAX];
    const char *limit = getenv("TAIMEN_SHIM_WRITES"), *number = getenv("TAIMEN_SHIM_ERRNO");
    if (!limit || !number || !name_of(fd, path)) return 0;
    if (atomic_fetch_add(&writes, 1) < atol(limit)) return 0;
    errno = atoi(number);
    return 1;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    return fails(fd) ? -1 : real(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    return fails(fd) ? -1 : real(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    return fails(fd) ? -1 : real(fd, bytes, count, at);
}

/* What is on the disk of a file from now on, whatever happens. */
static void keep(int fd) {
    char path[PATH_MAX], to[PATH_MAX], part[PATH_MAX], buffer[65536];
    const char *durable = getenv("TAIMEN_SHIM_DURABLE"), *name = name_of(fd, path);
    if (!durable || !name || strchr(name, '/')) return;
    snprintf(to, sizeof to, "%s/%s", durable, name);
    snprintf(part, sizeof part, "%s/.%s.%d", durable, name, getpid());
    int from = open(path, O_RDONLY), out = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t got = 0;
    while (from >= 0 && out >= 0 && (got = read(from, buffer, sizeof buffer)) > 0) {
        ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
        if (real(out, buffer, got) != got) break;
    }
    close(from);
    close(out);
    rename(part, to);
}

int fsync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    int done = real(fd);
    if (done == 0) keep(fd);
    return done;
}

int fdatasync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    int done = real(fd);
    if (done == 0) keep(fd);
    return done;
}
