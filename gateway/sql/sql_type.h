/* PostgreSQL's type OIDs (pg_type.dat) that parameters need, and the places of ACTOR's sub-fields. */
#ifndef PORTTI_SQL_SQL_TYPE_H
#define PORTTI_SQL_SQL_TYPE_H

enum sql_type {
    SQL_BOOL = 16,
    SQL_INT8 = 20,
    SQL_INT2 = 21,
    SQL_TEXT = 25,
    SQL_INT2_ARRAY = 1005,
    SQL_TEXT_ARRAY = 1009,
    SQL_TIMESTAMPTZ = 1184,
    SQL_TIMESTAMPTZ_ARRAY = 1185,
    SQL_UUID = 2950,
    SQL_UUID_ARRAY = 2951
};

/* field_types[FIELD_ACTOR].subs in their order; pinned by a unit test. */
enum actor_sub_field { ACTOR_SOURCE, ACTOR_WORKSPACE_MEMBER_ID, ACTOR_NAME, ACTOR_CONTEXT };

#endif
