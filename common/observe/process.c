#include "common/observe/process.h"

#include "common/base/str.h"
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int64_t start_us;

static int64_t clock_us(clockid_t clock)
{
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A small file of /proc, empty when it cannot be read. */
static struct str proc_read(const char *path, char *buffer, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return STR_EMPTY;
    }
    ssize_t got = read(fd, buffer, size);
    close(fd);
    return got <= 0 ? STR_EMPTY : str_of(buffer, (size_t)got);
}

/* Word number `index` of space-separated text, as a number; 0 when it is not one. */
static int64_t word_number(struct str text, size_t index)
{
    struct str word = STR_EMPTY;
    for (size_t i = 0; i <= index; i++) {
        if (!str_split(&text, ' ', &word)) {
            return 0;
        }
    }
    int64_t number = 0;
    return str_to_int64(str_trim(word), 0, INT64_MAX, &number) ? number : 0;
}

static void find_start(void)
{
    char buffer[1024];
    struct str stat = proc_read("/proc/self/stat", buffer, sizeof buffer);
    /* The second word is the program's name in parentheses, and may hold spaces; count from behind it. */
    size_t close_at = stat.len;
    while (close_at > 0 && stat.ptr[close_at - 1] != ')') {
        close_at--;
    }
    /* proc(5): word 22 of all is the start, in ticks since boot; 0-based 19 behind the name and its space. */
    int64_t ticks = word_number(str_slice(stat, close_at + 1, stat.len), 19);
    long per_second = sysconf(_SC_CLK_TCK);
    if (close_at == 0 || per_second <= 0) {
        start_us = clock_us(CLOCK_REALTIME);
        return;
    }
    int64_t age_us = clock_us(CLOCK_BOOTTIME) - ticks * (1000000 / per_second);
    start_us = clock_us(CLOCK_REALTIME) - age_us;
}

static int64_t resident_bytes(void)
{
    char buffer[128];
    return word_number(proc_read("/proc/self/statm", buffer, sizeof buffer), 1) * sysconf(_SC_PAGESIZE);
}

static int64_t open_fds(void)
{
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) {
        return 0;
    }
    int64_t count = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += entry->d_name[0] != '.' ? 1 : 0;
    }
    closedir(folder);
    return count - 1; /* not the folder's own */
}

static void put_head(struct strbuf *out, const char *name, const char *kind, const char *help)
{
    strbuf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s", name, help, name, kind, name);
}

static void put_seconds(struct strbuf *out, int64_t us)
{
    strbuf_printf(out, " %lld.%06lld\n", (long long)(us / 1000000), (long long)(us % 1000000));
}

void process_metrics_print(struct strbuf *out)
{
    pthread_once(&once, find_start);
    put_head(out, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.");
    strbuf_printf(out, " %lld\n", (long long)resident_bytes());
    put_head(out, "process_open_fds", "gauge", "Number of open file descriptors.");
    strbuf_printf(out, " %lld\n", (long long)open_fds());
    put_head(out, "process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.");
    put_seconds(out, clock_us(CLOCK_PROCESS_CPUTIME_ID));
    put_head(out, "process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.");
    put_seconds(out, start_us);
    put_head(out, "portti_build_info", "gauge", "The version that runs; the value is always 1.");
    strbuf_puts(out, "{version=\"" PORTTI_VERSION "\"} 1\n");
}
