// A disk that loses what was not synced, for tests: loaded before the C library (LD_PRELOAD, Linux).
//
// FIRSTLINE_FAULT_DIR     an absolute folder without symbolic links; files elsewhere are left alone
// FIRSTLINE_FAULT_SHADOW  a folder that becomes what such a disk would hold after a power cut:
//                         .ino/NUMBER  what is synced of the file with this inode number
//                         PATH         a hard link to one of them, for every name that is synced
// FIRSTLINE_FAULT_FULL    a file; while it exists, writes fail with the error number that it holds
//
// Writes go through and are noted by place. A sync of a file copies the noted places to its shadow; a sync of a folder
// makes its present names durable, with what is synced of their files, and forgets the others. So a new file is lost
// until its folder is synced too. What is written through a memory map is never durable. Processes do not see each
// other's notes.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))
#define FDS 65536
#define RANGES 4096

enum { UNKNOWN, INSIDE, OUTSIDE };

struct range {
    off_t start, end;
};

// What of a file is not synced.
struct notes {
    ino_t inode;
    size_t count;
    off_t cut; // It was this short in between, or -1.
    struct range ranges[RANGES];
    struct notes *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct notes *all;
static char place[FDS];
static const char *dir, *shadow, *full;

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

__attribute__((constructor)) static void begin(void) {
    dir = getenv("FIRSTLINE_FAULT_DIR");
    shadow = getenv("FIRSTLINE_FAULT_SHADOW");
    full = getenv("FIRSTLINE_FAULT_FULL");
}

static void fail(const char *what) {
    dprintf(2, "unsynced: %s: %s\n", what, strerror(errno));
    abort();
}

// The path that a descriptor was opened by.
static int path_of(int fd, char *out) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, out, PATH_MAX - 1);
    if (length < 0) return -1;
    out[length] = 0;
    return 0;
}

static int inside(int fd) {
    if (!dir || !shadow || fd < 0 || fd >= FDS) return 0;
    if (place[fd] == UNKNOWN) {
        int saved = errno;
        char path[PATH_MAX];
        size_t length = strlen(dir);
        int is = !path_of(fd, path) && !strncmp(path, dir, length) && (path[length] == '/' || !path[length]);
        place[fd] = is ? INSIDE : OUTSIDE;
        errno = saved;
    }
    return place[fd] == INSIDE;
}

static struct notes *notes_of(ino_t inode) {
    for (struct notes *notes = all; notes; notes = notes->next)
        if (notes->inode == inode) return notes;
    struct notes *notes = calloc(1, sizeof *notes);
    if (!notes) fail("notes");
    *notes = (struct notes){.inode = inode, .cut = -1, .next = all};
    return all = notes;
}

static void note(int fd, off_t start, ssize_t length) {
    if (length <= 0) return;
    int saved = errno;
    struct stat stat;
    if (fstat(fd, &stat)) fail("fstat");
    pthread_mutex_lock(&lock);
    struct notes *notes = notes_of(stat.st_ino);
    struct range *last = notes->ranges + notes->count - 1;
    off_t end = start + length;
    if (notes->count && start <= last->end && end >= last->start) {
        if (start < last->start) last->start = start;
        if (end > last->end) last->end = end;
    } else {
        if (notes->count == RANGES) {
            struct range whole = {0, stat.st_size};
            notes->ranges[0] = whole;
            notes->count = 1;
        }
        notes->ranges[notes->count++] = (struct range){start, end};
    }
    pthread_mutex_unlock(&lock);
    errno = saved;
}

static void inode_path(char *out, ino_t inode) {
    snprintf(out, PATH_MAX, "%s/.ino/%ju", shadow, (uintmax_t)inode);
}

static void sync_file(int fd, const struct stat *stat) {
    char path[PATH_MAX], own[64];
    inode_path(path, stat->st_ino);
    snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
    struct notes *notes = notes_of(stat->st_ino);
    int from = REAL(open)(own, O_RDONLY | O_CLOEXEC), to = REAL(open)(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (from < 0 || to < 0) fail(path);
    if (notes->cut >= 0) {
        struct stat now;
        if (fstat(to, &now)) fail(path);
        if (notes->cut < now.st_size && REAL(ftruncate)(to, notes->cut)) fail(path);
    }
    for (size_t n = 0; n < notes->count; n++) {
        char bytes[65536];
        off_t at = notes->ranges[n].start, end = notes->ranges[n].end;
        while (at < end) {
            size_t want = end - at < (off_t)sizeof bytes ? (size_t)(end - at) : sizeof bytes;
            ssize_t got = pread(from, bytes, want, at);
            if (got < 0 || REAL(pwrite)(to, bytes, got, at) != got) fail(path);
            if (!got) break;
            at += got;
        }
    }
    struct stat now;
    if (fstat(from, &now) || REAL(ftruncate)(to, now.st_size)) fail(path);
    REAL(close)(from);
    REAL(close)(to);
    notes->count = 0;
    notes->cut = -1;
}

static void sync_folder(int fd) {
    char path[PATH_MAX], mirror[PATH_MAX];
    if (path_of(fd, path)) fail("a folder");
    if (snprintf(mirror, sizeof mirror, "%s%s", shadow, path + strlen(dir)) >= PATH_MAX) fail(path);
    // Its own name is not synced: neither is anything in it.
    if (mkdir(mirror, 0700) && errno == ENOENT) return;
    DIR *names = opendir(path);
    if (!names) fail(path);
    for (struct dirent *name; (name = readdir(names));) {
        if (!strcmp(name->d_name, ".") || !strcmp(name->d_name, "..")) continue;
        char target[2 * PATH_MAX], fresh[2 * PATH_MAX], content[PATH_MAX];
        snprintf(target, sizeof target, "%s/%s", mirror, name->d_name);
        struct stat stat;
        if (fstatat(dirfd(names), name->d_name, &stat, AT_SYMLINK_NOFOLLOW)) continue;
        if (S_ISDIR(stat.st_mode)) mkdir(target, 0700);
        if (!S_ISREG(stat.st_mode)) continue;
        inode_path(content, stat.st_ino);
        int made = REAL(open)(content, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (made < 0) fail(content);
        REAL(close)(made);
        snprintf(fresh, sizeof fresh, "%s/.ino/fresh", shadow);
        unlink(fresh);
        // A link over a link to the same file does nothing, and leaves `fresh`.
        if (link(content, fresh) || rename(fresh, target)) fail(target);
    }
    closedir(names);
    if (!(names = opendir(mirror))) fail(mirror);
    for (struct dirent *name; (name = readdir(names));) {
        if (!strcmp(name->d_name, ".") || !strcmp(name->d_name, "..") || !strcmp(name->d_name, ".ino")) continue;
        char original[2 * PATH_MAX];
        snprintf(original, sizeof original, "%s/%s", path, name->d_name);
        struct stat stat;
        if (lstat(original, &stat) && errno == ENOENT) {
            if (unlinkat(dirfd(names), name->d_name, 0)) unlinkat(dirfd(names), name->d_name, AT_REMOVEDIR);
        }
    }
    closedir(names);
}

static int synced(int fd) {
    struct stat stat;
    if (fstat(fd, &stat)) return -1;
    pthread_mutex_lock(&lock);
    if (S_ISDIR(stat.st_mode)) sync_folder(fd);
    else sync_file(fd, &stat);
    pthread_mutex_unlock(&lock);
    return 0;
}

// The error number of a full disk, or 0.
static int refused(int fd) {
    if (!full || !inside(fd)) return 0;
    int file = REAL(open)(full, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char text[16] = {0};
    ssize_t got = read(file, text, sizeof text - 1);
    REAL(close)(file);
    return got > 0 ? atoi(text) : ENOSPC;
}

#define WRITABLE(fd) do { int why = refused(fd); if (why) { errno = why; return -1; } } while (0)

// Inode numbers are used again: what the last file of this one held is not the new one's.
static int opened(int fd, int flags, int existed) {
    if (fd < 0 || fd >= FDS) return fd;
    place[fd] = UNKNOWN;
    if (!inside(fd)) return fd;
    int saved = errno;
    struct stat stat;
    if (fstat(fd, &stat)) fail("fstat");
    if ((flags & O_CREAT) && !existed && S_ISREG(stat.st_mode)) {
        char path[PATH_MAX];
        inode_path(path, stat.st_ino);
        pthread_mutex_lock(&lock);
        unlink(path);
        struct notes *notes = notes_of(stat.st_ino);
        notes->count = 0;
        notes->cut = -1;
        pthread_mutex_unlock(&lock);
    } else if ((flags & O_TRUNC) && S_ISREG(stat.st_mode)) {
        pthread_mutex_lock(&lock);
        notes_of(stat.st_ino)->cut = 0;
        pthread_mutex_unlock(&lock);
    }
    errno = saved;
    return fd;
}

static int exists(int at, const char *path) {
    int saved = errno;
    int is = !faccessat(at, path, F_OK, 0);
    errno = saved;
    return is;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        MODE(flags) \
        int existed = exists(AT_FDCWD, path); \
        return opened(REAL(name)(path, flags, mode), flags, existed); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
    int name(int at, const char *path, int flags, ...) { \
        MODE(flags) \
        int existed = exists(at, path); \
        return opened(REAL(name)(at, path, flags, mode), flags, existed); \
    }
OPENAT(openat)
OPENAT(openat64)

int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int fd) {
    if (fd >= 0 && fd < FDS) place[fd] = UNKNOWN;
    return REAL(close)(fd);
}

#define PWRITE(name, offset) \
    ssize_t name(int fd, const void *bytes, size_t length, offset at) { \
        WRITABLE(fd); \
        ssize_t written = REAL(name)(fd, bytes, length, at); \
        if (inside(fd)) note(fd, at, written); \
        return written; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

// After a write at the descriptor's own place.
static void note_before(int fd, ssize_t written) {
    if (!inside(fd)) return;
    off_t end = lseek(fd, 0, SEEK_CUR);
    if (end >= written) note(fd, end - written, written);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    WRITABLE(fd);
    ssize_t written = REAL(write)(fd, bytes, length);
    note_before(fd, written);
    return written;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    WRITABLE(fd);
    ssize_t written = REAL(writev)(fd, parts, count);
    note_before(fd, written);
    return written;
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
    WRITABLE(to);
    ssize_t written = REAL(copy_file_range)(from, from_at, to, to_at, length, flags);
    if (to_at && inside(to)) note(to, *to_at - written, written);
    else note_before(to, written);
    return written;
}

#define TRUNCATE(name, offset) \
    int name(int fd, offset length) { \
        int result = REAL(name)(fd, length); \
        struct stat stat; \
        if (!result && inside(fd) && !fstat(fd, &stat)) { \
            pthread_mutex_lock(&lock); \
            struct notes *notes = notes_of(stat.st_ino); \
            if (notes->cut < 0 || length < notes->cut) notes->cut = length; \
            pthread_mutex_unlock(&lock); \
        } \
        return result; \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

int fsync(int fd) { return inside(fd) ? synced(fd) : REAL(fsync)(fd); }
int fdatasync(int fd) { return inside(fd) ? synced(fd) : REAL(fdatasync)(fd); }
