/* An intrusive doubly linked ring: `struct list` is both head and link. A zeroed link is not in a list. */
#ifndef PORTTI_BASE_LIST_H
#define PORTTI_BASE_LIST_H

#include "common/base/attributes.h"
#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next;
    struct list *prev;
};

#define LIST_INIT(head)                                                                                                \
    {                                                                                                                  \
        &(head), &(head) /* NOLINT(bugprone-macro-parentheses): an initialiser */                                      \
    }
/* The struct around a link. */
#define LIST_ENTRY(link, type, member) CONTAINER_OF(link, type, member)
/* Walks the ring; the current element may be removed while walking. The names are declared here, so they cannot stand
 * in parentheses. NOLINTNEXTLINE(bugprone-macro-parentheses) */
#define LIST_EACH(at, after, head)                                                                                     \
    for (struct list *at = (head)->next, *after = at->next; at != (head); at = after, after = at->next)

static inline void list_init(struct list *head)
{
    head->next = head;
    head->prev = head;
}

static inline bool list_empty(const struct list *head)
{
    return head->next == head;
}

static inline bool list_linked(const struct list *link)
{
    return link->next != NULL;
}

static inline void list_insert(struct list *before, struct list *link)
{
    link->prev = before->prev;
    link->next = before;
    before->prev->next = link;
    before->prev = link;
}

static inline void list_push_back(struct list *head, struct list *link)
{
    list_insert(head, link);
}

static inline void list_push_front(struct list *head, struct list *link)
{
    list_insert(head->next, link);
}

/* Harmless on a link that is in no list. */
static inline void list_remove(struct list *link)
{
    if (link->next != NULL) {
        link->next->prev = link->prev;
        link->prev->next = link->next;
        link->next = NULL;
        link->prev = NULL;
    }
}

/* NULL when empty. */
static inline struct list *list_pop_front(struct list *head)
{
    if (list_empty(head)) {
        return NULL;
    }
    struct list *first = head->next;
    list_remove(first);
    return first;
}

#endif
