#include "common/settings/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static bool read_all(int fd, size_t max, struct strbuf *out, struct err *err)
{
    size_t start = out->len;
    for (;;) {
        char *place = strbuf_reserve(out, 4096);
        if (place == NULL) {
            return err_fail(err, ERR_INVALID, 0, "is longer than %zu bytes", max);
        }
        ssize_t got = read(fd, place, 4096);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return err_fail(err, ERR_INVALID, 0, "cannot be read: %s", strerrordesc_np(errno));
        }
        if (got == 0) {
            return true;
        }
        out->len += (size_t)got;
        if (out->len - start > max) {
            return err_fail(err, ERR_INVALID, 0, "is longer than %zu bytes", max);
        }
    }
}

bool settings_file_read(const char *path, size_t max, struct strbuf *out, struct err *err)
{
    /* Non-blocking, so that a FIFO in its place does not hold up the start for ever. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        enum err_code code = errno == ENOENT ? ERR_NOT_FOUND : ERR_INVALID;
        return err_fail(err, code, 0, "cannot be opened: %s", strerrordesc_np(errno));
    }
    bool ok = read_all(fd, max, out, err);
    close(fd);
    return ok;
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* `text` starts behind the opening quote. */
static bool quoted_read(struct str text, struct strbuf *value, struct err *err)
{
    size_t at = 0;
    for (; at < text.len && text.ptr[at] != '"'; at++) {
        if (text.ptr[at] == '\\') {
            at++;
            if (at == text.len || (text.ptr[at] != '"' && text.ptr[at] != '\\')) {
                return err_fail(err, ERR_INVALID, 0, "inside quotes a backslash may only stand before \" or \\");
            }
        }
        strbuf_put_char(value, text.ptr[at]);
    }
    if (at == text.len) {
        return err_fail(err, ERR_INVALID, 0, "the closing quote is missing");
    }
    struct str rest = str_trim(str_slice(text, at + 1, text.len));
    if (rest.len > 0 && rest.ptr[0] != '#') {
        return err_fail(err, ERR_INVALID, 0, "nothing but a comment may follow the closing quote");
    }
    return true;
}

/* Up to a '#' that stands behind a space: one inside a word belongs to the value, as in a URL. */
static struct str without_comment(struct str text)
{
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] == '#' && (at == 0 || is_space(text.ptr[at - 1]))) {
            return str_trim(str_slice(text, 0, at));
        }
    }
    return text;
}

bool settings_line_read(struct str line, struct str *name, struct strbuf *value, struct err *err)
{
    *name = STR_EMPTY;
    line = str_trim(line);
    if (line.len == 0 || line.ptr[0] == '#') {
        return true;
    }
    if (str_find(line, '\0') < line.len) {
        return err_fail(err, ERR_INVALID, 0, "the line holds a NUL byte");
    }
    size_t equals = str_find(line, '=');
    if (equals == line.len) {
        return err_fail(err, ERR_INVALID, 0, "a line must read: name = value");
    }
    struct str left = str_trim(str_slice(line, 0, equals));
    if (left.len == 0) {
        return err_fail(err, ERR_INVALID, 0, "the name before '=' is missing");
    }
    *name = left;
    struct str right = str_trim(str_slice(line, equals + 1, line.len));
    if (right.len > 0 && right.ptr[0] == '"') {
        return quoted_read(str_slice(right, 1, right.len), value, err);
    }
    strbuf_put(value, without_comment(right));
    return true;
}
