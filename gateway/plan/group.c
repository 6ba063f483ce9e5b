#include "gateway/plan/group.h"

static const char *const granularities[GRANULARITY_COUNT] = {
    [GRANULARITY_NONE] = "NONE",
    [GRANULARITY_DAY] = "DAY",
    [GRANULARITY_WEEK] = "WEEK",
    [GRANULARITY_MONTH] = "MONTH",
    [GRANULARITY_QUARTER] = "QUARTER",
    [GRANULARITY_YEAR] = "YEAR",
    [GRANULARITY_DAY_OF_THE_WEEK] = "DAY_OF_THE_WEEK",
    [GRANULARITY_MONTH_OF_THE_YEAR] = "MONTH_OF_THE_YEAR",
    [GRANULARITY_QUARTER_OF_THE_YEAR] = "QUARTER_OF_THE_YEAR",
};

bool granularity_parse(struct str name, enum granularity *out)
{
    for (size_t i = 0; i < GRANULARITY_COUNT; i++) {
        if (str_is(name, granularities[i])) {
            *out = (enum granularity)i;
            return true;
        }
    }
    return false;
}

const char *granularity_name(enum granularity granularity)
{
    return granularities[granularity];
}

bool granularity_cuts(enum granularity granularity)
{
    return granularity >= GRANULARITY_DAY && granularity <= GRANULARITY_YEAR;
}

/* Longer names first where one is the beginning of another. */
static const struct {
    const char *prefix;
    enum aggregate_op op;
} prefixes[] = {
    {"countUniqueValues", AGGREGATE_COUNT_UNIQUE_VALUES},
    {"countNotEmpty", AGGREGATE_COUNT_NOT_EMPTY},
    {"countEmpty", AGGREGATE_COUNT_EMPTY},
    {"countTrue", AGGREGATE_COUNT_TRUE},
    {"countFalse", AGGREGATE_COUNT_FALSE},
    {"percentageNotEmpty", AGGREGATE_PERCENTAGE_NOT_EMPTY},
    {"percentageEmpty", AGGREGATE_PERCENTAGE_EMPTY},
    {"min", AGGREGATE_MIN},
    {"max", AGGREGATE_MAX},
    {"avg", AGGREGATE_AVG},
    {"sum", AGGREGATE_SUM},
};

/* "AmountAmountMicros" is the column "amountAmountMicros", "CompanyId" the column "companyId". A composite's own name
 * stands for its first column. */
static const struct column *column_called(const struct object *object, struct str capitalised)
{
    for (size_t i = 0; i < object->column_count; i++) {
        const struct column *column = &object->columns[i];
        struct str names[] = {column->name, column->field->name};
        for (size_t n = 0; n < ARRAY_LEN(names) && column->field->active; n++) {
            struct str name = names[n];
            bool first = name.len > 0 && capitalised.len > 0 && (name.ptr[0] & ~0x20) == capitalised.ptr[0];
            if (first && str_eq(str_slice(name, 1, name.len), str_slice(capitalised, 1, capitalised.len))) {
                return column;
            }
        }
    }
    return NULL;
}

static bool fits(enum aggregate_op op, const struct column *column)
{
    bool number = column->kind == COLUMN_FLOAT8 || column->kind == COLUMN_NUMERIC;
    bool time = column->kind == COLUMN_DATE || column->kind == COLUMN_TIMESTAMPTZ;
    switch (op) {
    case AGGREGATE_MIN:
    case AGGREGATE_MAX: return number || time || column->kind == COLUMN_TEXT;
    case AGGREGATE_AVG:
    case AGGREGATE_SUM: return number;
    case AGGREGATE_COUNT_TRUE:
    case AGGREGATE_COUNT_FALSE: return column->kind == COLUMN_BOOLEAN;
    default: return true;
    }
}

static bool unknown(struct str name, const char *why, struct err *err)
{
    return err_fail_tag(err, ERR_INVALID, "INVALID_AGGREGATE_FIELDS_QUERY_PARAM", "Aggregate \"%.*s\" %s",
                        STR_ARG(str_cut(name, 80)), why);
}

bool aggregate_parse(const struct object *object, struct str name, struct aggregate *out, struct err *err)
{
    if (str_is(name, "totalCount")) {
        *out = (struct aggregate){.name = name, .op = AGGREGATE_TOTAL_COUNT};
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        struct str prefix = str_from(prefixes[i].prefix);
        if (!str_starts_with(name, prefix)) {
            continue;
        }
        const struct column *column = column_called(object, str_slice(name, prefix.len, name.len));
        if (column != NULL && fits(prefixes[i].op, column)) {
            *out = (struct aggregate){.name = name, .op = prefixes[i].op, .column = column};
            return true;
        }
        if (column != NULL) {
            return unknown(name, "is not possible for a field of this type", err);
        }
    }
    return unknown(name, "is not known: an operation such as sum or countNotEmpty, then a field, as in sumEmployees",
                   err);
}

static const struct column *amount_of(const struct field *field)
{
    for (size_t i = 0; i < field->column_count; i++) {
        if (str_is(str_from(field->columns[i].sub->name), "amountMicros")) {
            return &field->columns[i];
        }
    }
    return &field->columns[0];
}

struct aggregate aggregate_of(struct str name, enum aggregate_op op, const struct field *field)
{
    struct aggregate out = {.name = name, .op = op};
    bool counts = op != AGGREGATE_MIN && op != AGGREGATE_MAX && op != AGGREGATE_AVG && op != AGGREGATE_SUM;
    if (field == NULL) {
        return out;
    }
    if (field->column_count == 0 || (field_types[field->type].composite && counts)) {
        out.whole = field;
    } else {
        out.column = field_types[field->type].composite ? amount_of(field) : &field->columns[0];
    }
    return out;
}
