#include "gateway/schema/core_schema.h"

#include "gateway/graphql/names.h"
#include "gateway/schema/core_build.h"

enum { TYPES_PER_OBJECT = 19, SHARED_TYPES = 160, RESERVED_PER_OBJECT = 48 };

/* ---- names ---- */

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}
static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}
static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* The length of the word at the start: capitals that stand together, a capital with small letters, small letters, or
 * digits, as lodash splits them. */
static size_t word_length(struct str text)
{
    size_t len = 1;
    if (is_digit(text.ptr[0])) {
        while (len < text.len && is_digit(text.ptr[len])) {
            len++;
        }
    } else if (is_upper(text.ptr[0]) && len < text.len && is_upper(text.ptr[1])) {
        while (len < text.len && is_upper(text.ptr[len])) {
            len++;
        }
        /* The last capital begins the next word, if small letters follow. */
        len -= len < text.len && is_lower(text.ptr[len]) ? 1 : 0;
    } else {
        while (len < text.len && is_lower(text.ptr[len])) {
            len++;
        }
    }
    return len;
}

/* camelCase, or with `pascal` PascalCase. */
static struct str cased(struct arena *arena, struct str text, bool pascal)
{
    char *bytes = arena_bytes(arena, text.len);
    size_t at = 0;
    while (at < text.len) {
        size_t len = word_length(str_slice(text, at, text.len));
        for (size_t i = at; i < at + len; i++) {
            bool upper = i == at && (at > 0 || pascal);
            char byte = text.ptr[i];
            byte = upper && is_lower(byte)    ? (char)(byte - 'a' + 'A')
                   : !upper && is_upper(byte) ? (char)(byte - 'A' + 'a')
                                              : byte;
            bytes[i] = byte;
        }
        at += len;
    }
    return str_of(bytes, text.len);
}

/* ---- which objects are in ---- */

static bool has_criteria(const struct object *object)
{
    return str_is(object->name_singular, "company") || str_is(object->name_singular, "person");
}

static bool has_enum(const struct field *field)
{
    return field->active && field_types[field->type].has_options;
}

/* Every name of a type or root field that the object would have. */
static size_t names_of(struct core_builder *b, const struct core_object *o, struct str *out, size_t room)
{
    static const char *const suffixes[] = {"",
                                           "Connection",
                                           "Edge",
                                           "GroupByConnection",
                                           "CreateInput",
                                           "UpdateInput",
                                           "FilterInput",
                                           "OrderByInput",
                                           "GroupByInput",
                                           "OrderByWithGroupByInput",
                                           "OrderByWithGroupByAggregateInput",
                                           "RelationInput",
                                           "ConnectInput",
                                           "WhereUniqueInput",
                                           "RecordEvent"};
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        out[count++] = core_join(b, o->pascal, suffixes[i], "");
    }
    /* Root fields and types have names of their own kind: a dot keeps them apart. */
    out[count++] = core_join(b, STR("."), arena_cstr(b->arena, o->camel), "");
    out[count++] = core_join(b, STR("."), arena_cstr(b->arena, o->camels), "");
    out[count++] = core_join(b, STR("."), arena_cstr(b->arena, o->camels), "GroupBy");
    out[count++] = core_join(b, STR("."), arena_cstr(b->arena, o->camel), "Duplicates");
    out[count++] = core_join(b, STR("+"), arena_cstr(b->arena, o->pascal), "");
    out[count++] = core_join(b, STR("+"), arena_cstr(b->arena, o->pascals), "");
    for (size_t i = 0; i < o->object->field_count && count + 2 <= room; i++) {
        const struct field *field = &o->object->fields[i];
        struct str pascal = cased(b->arena, str_slice(field->name, 0, 1), true);
        struct str name = arena_printf(b->arena, "%.*s%.*s%.*s", STR_ARG(o->pascal), STR_ARG(pascal),
                                       STR_ARG(str_slice(field->name, 1, field->name.len)));
        if (has_enum(field)) {
            out[count++] = core_join(b, name, "Enum", "");
            out[count++] = core_join(b, name, "EnumFilter", "");
        } else if (field->unique && field_types[field->type].composite) {
            out[count++] = core_join(b, name, "WhereInput", "");
        }
    }
    return count;
}

/* Takes the object's names, or leaves it out when one of them is taken. */
static void reserve(struct core_builder *b, struct gql_names *taken, struct core_object *o)
{
    size_t room = RESERVED_PER_OBJECT + 2 * o->object->field_count;
    struct str *names = ARENA_ARRAY(b->arena, struct str, room);
    size_t count = names_of(b, o, names, room);
    for (size_t i = 0; i < count && !o->left_out; i++) {
        bool shared = names[i].ptr[0] != '.' && gql_names_get(b->gql.names, names[i]) != NULL;
        o->left_out = shared || gql_names_get(taken, names[i]) != NULL || str_is(names[i], "Query") ||
                      str_is(names[i], "Mutation") || str_is(names[i], "Subscription");
        for (size_t k = 0; k < i && !o->left_out; k++) {
            o->left_out = str_eq(names[i], names[k]);
        }
    }
    for (size_t i = 0; i < count && !o->left_out; i++) {
        gql_names_set(taken, names[i], o);
    }
}

static void name_object(struct core_builder *b, struct core_object *o, const struct object *object)
{
    o->object = object;
    o->left_out = !object->active;
    o->has_criteria = has_criteria(object);
    o->camel = cased(b->arena, object->name_singular, false);
    o->camels = cased(b->arena, object->name_plural, false);
    o->pascal = cased(b->arena, object->name_singular, true);
    o->pascals = cased(b->arena, object->name_plural, true);
}

static void name_types(struct core_builder *b, struct core_object *o)
{
    o->record = core_name(b, o->pascal, "");
    o->connection = core_name(b, o->pascal, "Connection");
    o->edge = core_name(b, o->pascal, "Edge");
    o->group_connection = core_name(b, o->pascal, "GroupByConnection");
    o->create = core_name(b, o->pascal, "CreateInput");
    o->update = core_name(b, o->pascal, "UpdateInput");
    o->filter = core_name(b, o->pascal, "FilterInput");
    o->order = core_name(b, o->pascal, "OrderByInput");
    o->group = core_name(b, o->pascal, "GroupByInput");
    o->group_order = core_name(b, o->pascal, "OrderByWithGroupByInput");
    o->aggregate_order = core_name(b, o->pascal, "OrderByWithGroupByAggregateInput");
    o->relation = core_name(b, o->pascal, "RelationInput");
    o->connect = core_name(b, o->pascal, "ConnectInput");
    o->where = core_name(b, o->pascal, "WhereUniqueInput");
    o->event = core_name(b, o->pascal, "RecordEvent");
}

static void choose_objects(struct core_builder *b)
{
    const struct catalogue *catalogue = b->catalogue;
    struct arena scratch = {0};
    struct arena *lasting = b->arena;
    struct gql_names taken;
    size_t room = 0;
    for (size_t i = 0; i < catalogue->object_count; i++) {
        name_object(b, &b->objects[i], &catalogue->objects[i]);
        room += RESERVED_PER_OBJECT + 2 * catalogue->objects[i].field_count;
    }
    gql_names_init(&scratch, &taken, room);
    b->arena = &scratch;
    for (size_t i = 0; i < catalogue->object_count; i++) {
        if (!b->objects[i].left_out) {
            reserve(b, &taken, &b->objects[i]);
        }
    }
    b->arena = lasting;
    arena_release(&scratch);
}

const struct gql_schema *core_schema_build(struct arena *arena, const struct catalogue *catalogue, struct err *err)
{
    struct core_builder b = {.arena = arena, .catalogue = catalogue};
    gql_build_begin(&b.gql, arena, SHARED_TYPES + TYPES_PER_OBJECT * (uint32_t)catalogue->object_count);
    core_build_shared(&b);
    b.objects = ARENA_ARRAY(arena, struct core_object, catalogue->object_count);
    choose_objects(&b);
    for (size_t i = 0; i < catalogue->object_count; i++) {
        if (!b.objects[i].left_out) {
            name_types(&b, &b.objects[i]);
        }
    }
    for (size_t i = 0; i < catalogue->object_count; i++) {
        if (!b.objects[i].left_out) {
            core_build_arguments(&b, &b.objects[i]);
        }
    }
    for (size_t i = 0; i < catalogue->object_count; i++) {
        struct core_object *o = &b.objects[i];
        if (o->left_out) {
            continue;
        }
        struct core_field_types *types = ARENA_ARRAY(&b.scratch, struct core_field_types, o->object->field_count);
        for (size_t k = 0; k < o->object->field_count; k++) {
            if (core_field_shown(&b, &o->object->fields[k])) {
                types[k] = core_field_types_of(&b, o, k);
            }
        }
        core_build_record(&b, o, types);
        core_build_inputs(&b, o, types);
        arena_reset(&b.scratch);
    }
    core_build_roots(&b);
    core_build_subscriptions(&b);
    arena_release(&b.scratch);
    return gql_build_finish(&b.gql, err);
}

static void choose_only(struct core_builder *b, struct arena *arena, const struct catalogue *catalogue)
{
    *b = (struct core_builder){.arena = arena, .catalogue = catalogue};
    gql_build_begin(&b->gql, arena, SHARED_TYPES);
    core_build_shared(b);
    b->objects = ARENA_ARRAY(arena, struct core_object, catalogue->object_count);
    choose_objects(b);
    arena_release(&b->scratch);
}

const struct object *core_schema_loses(const struct catalogue *before, const struct catalogue *after)
{
    struct arena arena = {0};
    struct core_builder was, now;
    choose_only(&now, &arena, after);
    const struct object *lost = NULL;
    bool compared = false;
    for (size_t i = 0; i < after->object_count && lost == NULL; i++) {
        const struct object *object = &after->objects[i];
        if (!object->active || !now.objects[i].left_out) {
            continue;
        }
        /* Rare, so that the model before is looked at only here. */
        if (!compared) {
            choose_only(&was, &arena, before);
            compared = true;
        }
        const struct object *older = catalogue_object(before, &object->id);
        bool was_out = older != NULL && older->active && was.objects[older - before->objects].left_out;
        lost = was_out ? NULL : object;
    }
    arena_release(&arena);
    return lost;
}
