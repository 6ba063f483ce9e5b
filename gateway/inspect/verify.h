/*
 * Does the database look as the model says? Pure: a catalogue and what was read from PostgreSQL become a list of
 * findings.
 */
#ifndef PORTTI_INSPECT_VERIFY_H
#define PORTTI_INSPECT_VERIFY_H

#include "common/base/strbuf.h"
#include "gateway/inspect/database.h"

/* FINDING_NOTE does no harm and is told all the same: an operator's own index, say. */
enum finding_rank { FINDING_PROBLEM, FINDING_NOTE };

struct finding {
    enum finding_rank rank;
    const char *kind;    /* for programs: "missing_table", see verify.c */
    struct str object;   /* nameSingular, or empty */
    struct str table;    /* "workspace._pet", or empty */
    struct str name;     /* column, index or key, or empty */
    struct str expected; /* empty when the kind says it all */
    struct str actual;
};

struct findings {
    struct arena *arena;
    struct finding *items;
    size_t count, capacity;
    size_t problems;
    size_t objects, tables; /* that were looked at */
};

/* An index that the model file wants on an object's table, beyond those that fields bring. */
struct wanted_index {
    struct uuid universal_id; /* of the object */
    const struct str *columns;
    size_t count;
    bool unique;
};

void verify(const struct catalogue *catalogue, const struct database *database, const struct wanted_index *wanted,
            size_t wanted_count, struct findings *out);
void findings_add(struct findings *findings, struct finding finding);

/* A line each, then a summary. */
void findings_put_text(struct strbuf *out, const struct findings *findings);
/* {"ok":…,"objects":n,"tables":n,"problems":n,"findings":[{"rank","kind","object","table","name","expected","actual",
 * "sentence"}]} */
void findings_put_json(struct strbuf *out, const struct findings *findings);

#endif
