/* Findings as people and programs read them. */
#include "common/text/json_write.h"
#include "gateway/inspect/verify.h"

/* A sentence for each kind: {o} object, {t} table, {n} name, {e} expected, {a} actual. */
static const struct {
    const char *kind;
    const char *sentence;
} sentences[] = {
    {"model_refused", "the model makes no sense, and a gateway would not load it: {a}"},
    {"missing_table", "the table {n} of the object \"{o}\" is missing"},
    {"not_a_table", "{n}, where the object \"{o}\" has its records, is no table"},
    {"orphan_table", "{t} belongs to no object: left over"},
    {"missing_column", "{t}: the column \"{n}\" is missing"},
    {"orphan_column", "{t}: the column \"{n}\" ({a}) belongs to no field: left over"},
    {"column_type", "{t}: the column \"{n}\" is {a}, the model says {e}"},
    {"column_nullability", "{t}: the column \"{n}\" is {a}, the model says {e}"},
    {"column_default", "{t}: the column \"{n}\" has the default {a}, the model says {e}"},
    {"column_generated", "{t}: the column \"{n}\" is generated ({a}) and cannot be written"},
    {"missing_primary_key", "{t}: there is no primary key over \"{n}\""},
    {"missing_index", "{t}: the index \"{n}\" is missing: {e}"},
    {"index_shape", "{t}: the index \"{n}\" is {a}, the model says {e}"},
    {"invalid_index",
     "{t}: the index \"{n}\" is invalid: building it was cut short. DROP INDEX CONCURRENTLY removes it"},
    {"other_index", "{t}: an index that the model does not know: \"{n}\", {a}"},
    {"missing_key", "{t}: the foreign key \"{n}\" is missing: {e}"},
    {"key_shape", "{t}: the foreign key \"{n}\" is {a}, the model says {e}"},
    {"unvalidated_key", "{t}: the foreign key \"{n}\" was never validated. ALTER TABLE … VALIDATE CONSTRAINT does it"},
    {"other_key", "{t}: a foreign key that the model does not know: \"{n}\", to {a}"},
    {"missing_count", "the object \"{o}\" has no row in core.record_count, so its records are not counted"},
    {"orphan_count", "core.record_count has a row for {n}, which is no object: left over"},
    {"wrong_count", "the object \"{o}\" has {a} live records, core.live_count says {e}"},
    {"unfinished_change",
     "a change of the model is not finished: {a} rows in core.model_work, which a gateway works off"},
    {"no_model_file", "indexes of the standard objects were not looked for: {a}"},
    {"busy", "a change of the model was under way: what it leaves half done may be among the findings"},
};

static void put_sentence(struct strbuf *out, const struct finding *finding)
{
    const char *text = finding->kind;
    for (size_t i = 0; i < ARRAY_LEN(sentences); i++) {
        text = strcmp(finding->kind, sentences[i].kind) == 0 ? sentences[i].sentence : text;
    }
    for (; *text != '\0'; text++) {
        if (text[0] != '{' || text[1] == '\0' || text[2] != '}') {
            strbuf_put_char(out, *text);
            continue;
        }
        struct str part = text[1] == 'o'   ? finding->object
                          : text[1] == 't' ? finding->table
                          : text[1] == 'n' ? finding->name
                          : text[1] == 'e' ? finding->expected
                                           : finding->actual;
        strbuf_put(out, part);
        text += 2;
    }
}

void findings_put_text(struct strbuf *out, const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        strbuf_puts(out, findings->items[i].rank == FINDING_NOTE ? "note: " : "");
        put_sentence(out, &findings->items[i]);
        strbuf_put_char(out, '\n');
    }
    if (findings->problems == 0) {
        strbuf_printf(out, "%zu objects and %zu tables agree\n", findings->objects, findings->tables);
    } else {
        strbuf_printf(out, "%zu disagreement%s in %zu objects and %zu tables\n", findings->problems,
                      findings->problems == 1 ? "" : "s", findings->objects, findings->tables);
    }
}

static void put_member(struct strbuf *out, const char *name, struct str text)
{
    strbuf_printf(out, ",\"%s\":", name);
    if (text.len == 0) {
        strbuf_puts(out, "null");
    } else {
        json_put_string(out, text);
    }
}

void findings_put_json(struct strbuf *out, const struct findings *findings)
{
    strbuf_printf(out, "{\"ok\":%s,\"objects\":%zu,\"tables\":%zu,\"problems\":%zu,\"findings\":[",
                  findings->problems == 0 ? "true" : "false", findings->objects, findings->tables, findings->problems);
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        struct strbuf sentence = {0};
        strbuf_printf(out, "%s{\"rank\":\"%s\",\"kind\":\"%s\"", i > 0 ? "," : "",
                      finding->rank == FINDING_NOTE ? "note" : "problem", finding->kind);
        put_member(out, "object", finding->object);
        put_member(out, "table", finding->table);
        put_member(out, "name", finding->name);
        put_member(out, "expected", finding->expected);
        put_member(out, "actual", finding->actual);
        put_sentence(&sentence, finding);
        put_member(out, "sentence", strbuf_str(&sentence));
        strbuf_release(&sentence);
        strbuf_put_char(out, '}');
    }
    strbuf_puts(out, "]}\n");
}
