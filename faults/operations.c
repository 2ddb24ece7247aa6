/* File operations below a folder, counted; one of them fails, or ends the process: loaded before all other libraries.
 *
 * What is to happen stands in a file that is mapped by all processes of a command, so they count together. A number of
 * calls is told by a mask of kinds. Calls that the C library makes of its own accord do not come by here, but for fopen.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { LOOK = 1, READ = 2, MAKE = 4, WRITE = 8, RENAME = 16, LINK = 32, REMOVE = 64, FOLDER = 128, SYNC = 256, ROOM = 512 };
enum { DIES = -1 };

struct told {
    uint64_t count;     /* operations so far */
    uint64_t at;        /* the one at which something happens, 0: none */
    uint32_t kinds;     /* which kinds count */
    int32_t fault;      /* the number of the fault, DIES: the processes are killed */
    int32_t stays;      /* whether all later ones fail, too */
    int32_t process;    /* the process of the command */
    char root[512];     /* the folder below which operations count */
    char trace[512];    /* the file to which each is written, if any */
    char hit[1024];     /* what happened to it */
};

static struct told *now;

__attribute__((constructor)) void faults_begin(void) {
    const char *place = getenv("NEWSFEED_FAULTS");
    now = NULL;
    if (place == NULL || !*place) return;
    int file = (int)syscall(SYS_openat, AT_FDCWD, place, O_RDWR | O_CLOEXEC, 0);
    if (file < 0) return;
    void *found = mmap(NULL, sizeof(struct told), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (found != MAP_FAILED) now = found;
}

static int is_below(const char *path) {
    size_t length = strlen(now->root);
    return length && strncmp(path, now->root, length) == 0 && (path[length] == '/' || !path[length]);
}

static void of_file(int file, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
}

static void of_name(int folder, const char *name, char *path) {
    if (name == NULL) { path[0] = 0; return; }
    if (name[0] == '/') { snprintf(path, PATH_MAX, "%s", name); return; }
    char start[PATH_MAX] = "";
    if (folder == AT_FDCWD) { if (getcwd(start, sizeof start) == NULL) start[0] = 0; }
    else of_file(folder, start);
    if (strlen(start) + strlen(name) + 2 > PATH_MAX) { path[0] = 0; return; }
    strcpy(path, start);
    strcat(path, "/");
    strcat(path, name);
}

static void die(void) {
    syscall(SYS_kill, now->process, SIGKILL);
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

static void tell(const char *what, const char *path) {
    char line[PATH_MAX + 32];
    int file = (int)syscall(SYS_openat, AT_FDCWD, now->trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int length = snprintf(line, sizeof line, "%s %s\n", what, path);
    if (file >= 0) { syscall(SYS_write, file, line, (size_t)length); syscall(SYS_close, file); }
}

/* The fault of an operation on a path, 0: none, DIES: its process is to be killed. */
static int fault_of(uint32_t kind, const char *what, const char *path) {
    if (!(now->kinds & kind) || !is_below(path)) return 0;
    uint64_t number = __atomic_add_fetch(&now->count, 1, __ATOMIC_SEQ_CST);
    if (now->trace[0]) tell(what, path);
    if (!now->at || number < now->at || (number > now->at && !now->stays)) return 0;
    if (number == now->at) snprintf(now->hit, sizeof now->hit, "%s %.900s", what, path);
    return now->fault;
}

static int at_name(uint32_t kind, const char *what, int folder, const char *name) {
    if (now == NULL) return 0;
    int kept = errno;
    char path[PATH_MAX];
    of_name(folder, name, path);
    int fault = fault_of(kind, what, path);
    if (fault == DIES) die();
    errno = kept;
    return fault;
}

static int at_file(uint32_t kind, const char *what, int file) {
    if (now == NULL || !(now->kinds & kind)) return 0;
    int kept = errno;
    char path[PATH_MAX];
    of_file(file, path);
    int fault = fault_of(kind, what, path);
    errno = kept;
    return fault;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (real == NULL) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)
#define FAILS(fault) do { int found = (fault); if (found == DIES) die(); if (found) { errno = found; return -1; } } while (0)

#define MADE (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
#define OPENS(flags) ((flags) & MADE ? MAKE : LOOK), ((flags) & MADE ? "open" : "look at")
#define MODE(last) mode_t mode = 0; if (flags & (O_CREAT | __O_TMPFILE)) { va_list rest; va_start(rest, last); mode = va_arg(rest, mode_t); va_end(rest); }

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        MODE(flags) REAL(int, #name, const char *, int, ...); \
        FAILS(at_name(OPENS(flags), AT_FDCWD, path)); return real(path, flags, mode); }
OPEN(open) OPEN(open64)
#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        MODE(flags) REAL(int, #name, int, const char *, int, ...); \
        FAILS(at_name(OPENS(flags), folder, path)); return real(folder, path, flags, mode); }
OPENAT(openat) OPENAT(openat64)
#define OPEN_2(name) \
    int name(const char *path, int flags) { \
        REAL(int, #name, const char *, int); FAILS(at_name(OPENS(flags), AT_FDCWD, path)); return real(path, flags); }
OPEN_2(__open_2) OPEN_2(__open64_2)
#define CREAT(name) \
    int name(const char *path, mode_t mode) { \
        REAL(int, #name, const char *, mode_t); FAILS(at_name(MAKE, "open", AT_FDCWD, path)); return real(path, mode); }
CREAT(creat) CREAT(creat64)
#define FOPEN(name) \
    FILE *name(const char *path, const char *how) { \
        REAL(FILE *, #name, const char *, const char *); int reads = how[0] == 'r' && strchr(how, '+') == NULL; \
        int found = at_name(reads ? LOOK : MAKE, reads ? "look at" : "open", AT_FDCWD, path); \
        if (found) { errno = found; return NULL; } return real(path, how); }
FOPEN(fopen) FOPEN(fopen64)

/* A process that is killed as it writes has written half of it. */
static ssize_t written(int file, int found, ssize_t (*real)(int, const void *, size_t), const void *data, size_t size) {
    if (found == DIES) { real(file, data, size / 2); die(); }
    if (found) { errno = found; return -1; }
    return real(file, data, size);
}
ssize_t write(int file, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return written(file, at_file(WRITE, "write to", file), real, data, size);
}
#define PWRITE(name, offset) \
    ssize_t name(int file, const void *data, size_t size, offset at) { \
        REAL(ssize_t, #name, int, const void *, size_t, offset); int found = at_file(WRITE, "write to", file); \
        if (found == DIES) { real(file, data, size / 2, at); die(); } \
        if (found) { errno = found; return -1; } return real(file, data, size, at); }
PWRITE(pwrite, off_t) PWRITE(pwrite64, off64_t)
ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    int found = at_file(WRITE, "write to", file);
    if (found == DIES) { real(file, parts, count / 2); die(); }
    if (found) { errno = found; return -1; }
    return real(file, parts, count);
}
#define PWRITEV(name, offset) \
    ssize_t name(int file, const struct iovec *parts, int count, offset at) { \
        REAL(ssize_t, #name, int, const struct iovec *, int, offset); \
        FAILS(at_file(WRITE, "write to", file)); return real(file, parts, count, at); }
PWRITEV(pwritev, off_t) PWRITEV(pwritev64, off64_t)

ssize_t read(int file, void *into, size_t size) {
    REAL(ssize_t, "read", int, void *, size_t); FAILS(at_file(READ, "read", file)); return real(file, into, size);
}
#define PREAD(name, offset) \
    ssize_t name(int file, void *into, size_t size, offset at) { \
        REAL(ssize_t, #name, int, void *, size_t, offset); \
        FAILS(at_file(READ, "read", file)); return real(file, into, size, at); }
PREAD(pread, off_t) PREAD(pread64, off64_t)

static int at_both(uint32_t kind, const char *what, int from, const char *old, int to, const char *new) {
    if (now == NULL) return 0;
    char path[PATH_MAX];
    of_name(to, new, path);
    return is_below(path) ? at_name(kind, what, to, new) : at_name(kind, what, from, old);
}
int rename(const char *old, const char *new) {
    REAL(int, "rename", const char *, const char *);
    FAILS(at_both(RENAME, "rename", AT_FDCWD, old, AT_FDCWD, new)); return real(old, new);
}
int renameat(int from, const char *old, int to, const char *new) {
    REAL(int, "renameat", int, const char *, int, const char *);
    FAILS(at_both(RENAME, "rename", from, old, to, new)); return real(from, old, to, new);
}
int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    REAL(int, "renameat2", int, const char *, int, const char *, unsigned);
    FAILS(at_both(RENAME, "rename", from, old, to, new)); return real(from, old, to, new, flags);
}
int link(const char *old, const char *new) {
    REAL(int, "link", const char *, const char *);
    FAILS(at_both(LINK, "link", AT_FDCWD, old, AT_FDCWD, new)); return real(old, new);
}
int linkat(int from, const char *old, int to, const char *new, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    FAILS(at_both(LINK, "link", from, old, to, new)); return real(from, old, to, new, flags);
}
#define ON_NAME(name, kind, what) \
    int name(const char *path) { \
        REAL(int, #name, const char *); FAILS(at_name(kind, what, AT_FDCWD, path)); return real(path); }
ON_NAME(unlink, REMOVE, "remove") ON_NAME(rmdir, REMOVE, "remove") ON_NAME(remove, REMOVE, "remove")
int unlinkat(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int); FAILS(at_name(REMOVE, "remove", folder, path)); return real(folder, path, flags);
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t); FAILS(at_name(FOLDER, "make the folder", AT_FDCWD, path)); return real(path, mode);
}
int mkdirat(int folder, const char *path, mode_t mode) {
    REAL(int, "mkdirat", int, const char *, mode_t); FAILS(at_name(FOLDER, "make the folder", folder, path)); return real(folder, path, mode);
}
#define ON_FILE(name) \
    int name(int file) { REAL(int, #name, int); FAILS(at_file(SYNC, "sync", file)); return real(file); }
ON_FILE(fsync) ON_FILE(fdatasync)
#define TRUNCATE(name, offset) \
    int name(int file, offset size) { \
        REAL(int, #name, int, offset); FAILS(at_file(ROOM, "set the size of", file)); return real(file, size); }
TRUNCATE(ftruncate, off_t) TRUNCATE(ftruncate64, off64_t)
#define ALLOCATE(name, offset) \
    int name(int file, int mode, offset at, offset size) { \
        REAL(int, #name, int, int, offset, offset); \
        FAILS(at_file(ROOM, "set the size of", file)); return real(file, mode, at, size); }
ALLOCATE(fallocate, off_t) ALLOCATE(fallocate64, off64_t)
ssize_t copy_file_range(int from, off64_t *at, int file, off64_t *to, size_t size, unsigned flags) {
    REAL(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned);
    FAILS(at_file(WRITE, "copy to", file)); return real(from, at, file, to, size, flags);
}
#define SENDFILE(name, offset) \
    ssize_t name(int file, int from, offset *at, size_t size) { \
        REAL(ssize_t, #name, int, int, offset *, size_t); \
        FAILS(at_file(WRITE, "copy to", file)); return real(file, from, at, size); }
SENDFILE(sendfile, off_t) SENDFILE(sendfile64, off64_t)
