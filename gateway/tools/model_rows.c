#include "gateway/tools/model_rows.h"

#include "gateway/catalogue/model_row.h"

/* When it was made, the table says itself. */
#define ADOPTED_COLUMNS "id, " OBJECT_COLUMNS ", table_schema, is_adopted"

static bool insert(struct pg_sync *connection, const char *sql, struct strbuf *rows, struct err *err)
{
    struct str param = strbuf_str(rows);
    struct pg_sync_result *result = pg_sync_query(connection, sql, &param, 1, err);
    bool ok = result != NULL;
    pg_sync_result_free(result);
    strbuf_release(rows);
    return ok;
}

bool rows_insert_object(struct pg_sync *connection, const struct object_row *row, struct err *err)
{
    struct strbuf out = {0};
    object_row_put(&out, row);
    return insert(connection,
                  "insert into core.object (" ADOPTED_COLUMNS ") select " ADOPTED_COLUMNS
                  " from jsonb_populate_record(null::core.object, $1::jsonb)",
                  &out, err);
}

bool rows_insert_fields(struct pg_sync *connection, const struct field_row *rows, size_t count, struct err *err)
{
    struct strbuf out = {0};
    strbuf_puts(&out, "[");
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(&out, i > 0 ? "," : "");
        field_row_put(&out, &rows[i]);
    }
    strbuf_puts(&out, "]");
    return insert(connection,
                  "insert into core.field (id, " FIELD_COLUMNS ") select id, " FIELD_COLUMNS
                  " from jsonb_populate_recordset(null::core.field, $1::jsonb)",
                  &out, err);
}
