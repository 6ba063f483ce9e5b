/*
 * Operations on views, page layouts and what is in them (gateway/views), as both protocols call them. `on_done` is
 * called once, from the loop or at once. Permission is the caller's business, before. One operation for a call.
 *
 *     struct piece_call *call = ARENA_NEW(request->arena, struct piece_call);
 *     call->request = request;
 *     call->on_done = on_done;
 *     piece_get(call, PIECE_VIEW, &id);
 */
#ifndef PORTTI_REQUEST_PIECES_H
#define PORTTI_REQUEST_PIECES_H

#include "common/pg/pg.h"
#include "gateway/metadata/page.h"
#include "gateway/views/piece_change.h"

struct request;

/* What became of it: with `err`, `report` or `failure` set, nothing changed. */
struct piece_answer {
    const struct err *err;
    const struct report *report;
    const struct pg_failure *failure;
    /* In the arena. */
    size_t count;
    const struct str *documents; /* JSON objects, whole */
    const struct uuid *ids;
    struct page page; /* of piece_page: what the list is of all there are */
};

enum { PIECE_COMMANDS_MAX = 2 };

struct piece_call {
    struct request *request;
    void (*on_done)(struct piece_call *call, const struct piece_answer *answer);
    void *context; /* the caller's */
    bool deep;     /* documents hold the lists of pieces within */
    /* The rest is the room's. */
    const struct piece_info *info;
    struct piece_change change;
    struct page_params params;
    struct piece_answer answer;
    struct err err;
    struct report report;
    struct pg_failure failure;
    void (*on_results)(struct piece_call *call, struct pg_result *const *results);
    struct pg_command commands[PIECE_COMMANDS_MAX];
    size_t command_count;
    struct pg_job job;
};

/* None, when it is not there or deleted. */
void piece_get(struct piece_call *call, enum piece_kind kind, const struct uuid *id);
/* All in their order; of one parent unless that is NULL; of some types, with spaces between, unless that is empty. */
void piece_list(struct piece_call *call, enum piece_kind kind, const struct uuid *parent, struct str types);
/* By descending ids. */
void piece_page(struct piece_call *call, enum piece_kind kind, const struct uuid *parent, struct str types,
                const struct page_params *params);
/* The answer is what was written, or is gone, in the order of the ops. */
void piece_write(struct piece_call *call, const struct piece_change *change);

#endif
