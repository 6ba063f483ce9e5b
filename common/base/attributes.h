#ifndef PORTTI_BASE_ATTRIBUTES_H
#define PORTTI_BASE_ATTRIBUTES_H

/* The caller may not ignore the result. */
#define MUST_CHECK                       __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#define UNUSED                           __attribute__((unused))
#define LIKELY(x)                        __builtin_expect(!!(x), 1)
#define UNLIKELY(x)                      __builtin_expect(!!(x), 0)
#define ARRAY_LEN(array)                 (sizeof(array) / sizeof((array)[0]))
/* From a member back to the struct that holds it. */
#define CONTAINER_OF(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
