// Loaded in front of libfiu: writes down which calls on files of the data directory were refused or cut short, so that a run can prove
// that it met what it says. One line each: the call, the error number (0: cut short), the path.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define LINE_BYTES 5000
#define PATH_BYTES 4096

// Raw system calls from here on: what is injected elsewhere must not reach the one who watches.
static void tell(const char *call, int error, const char *path) {
  const char *data = getenv("WITNESS_OF"), *to = getenv("WITNESS_TO");
  if (data == NULL || to == NULL || strncmp(path, data, strlen(data)) != 0) return;
  char line[LINE_BYTES];
  int length = snprintf(line, sizeof line, "%s %d %s\n", call, error, path);
  int file = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  syscall(SYS_write, file, line, length);
  syscall(SYS_close, file);
}

static void tell_of(const char *call, int error, int file) {
  char link[64], path[PATH_BYTES];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  tell(call, error, path);
}

// libfiu stands in these as well. A thread's first call of one asks the dynamic loader for the original, and libfiu makes it under the lock of
// its own table, while a `dlopen` in another thread calls `malloc` under the loader's: each waits for the other. The ones here, which come
// before libfiu's, ask nobody.
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);

void *malloc(size_t bytes) { return __libc_malloc(bytes); }

void *calloc(size_t count, size_t bytes) { return __libc_calloc(count, bytes); }

char *strdup(const char *text) {
  size_t bytes = strlen(text) + 1;
  char *copy = malloc(bytes);
  return copy == NULL ? NULL : memcpy(copy, text, bytes);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// The caller reads `errno` afterwards.
#define WATCH(call, file, wanted, done)               \
  do {                                                \
    int error = errno;                                \
    if ((done) < 0 && error != EAGAIN) tell_of(call, error, file); \
    if ((done) >= 0 && (done) < (wanted)) tell_of(call, 0, file);  \
    errno = error;                                    \
  } while (0)

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
  ssize_t done = NEXT(pwrite64)(file, bytes, count, at);
  WATCH("pwrite", file, (ssize_t)count, done);
  return done;
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t at) {
  ssize_t wanted = 0, done = NEXT(pwritev64)(file, parts, count, at);
  for (int part = 0; part < count; part++) wanted += (ssize_t)parts[part].iov_len;
  WATCH("pwritev", file, wanted, done);
  return done;
}

int ftruncate64(int file, off64_t length) {
  int done = NEXT(ftruncate64)(file, length);
  WATCH("ftruncate", file, 0, done);
  return done;
}

int fdatasync(int file) {
  int done = NEXT(fdatasync)(file);
  WATCH("fdatasync", file, 0, done);
  return done;
}

int fsync(int file) {
  int done = NEXT(fsync)(file);
  WATCH("fsync", file, 0, done);
  return done;
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  int done = NEXT(open64)(path, flags, va_arg(rest, mode_t)), error = errno;
  va_end(rest);
  if (done < 0 && error != ENOENT) tell("open", error, path);
  errno = error;
  return done;
}

int rename(const char *from, const char *to) {
  int done = NEXT(rename)(from, to), error = errno;
  if (done < 0) tell("rename", error, from);
  errno = error;
  return done;
}

int unlink(const char *path) {
  int done = NEXT(unlink)(path), error = errno;
  if (done < 0 && error != ENOENT) tell("unlink", error, path);
  errno = error;
  return done;
}
