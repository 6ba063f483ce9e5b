#include "common/text/utf8.h"

static bool between(uint32_t point, uint32_t from, uint32_t to)
{
    return point >= from && point <= to;
}

/* Blocks where capital and small letters alternate, the capital first on an even or an odd code point. */
static uint32_t lower_alternating(uint32_t point)
{
    static const struct {
        uint32_t from, to, capital_parity;
    } blocks[] = {
        {0x0100, 0x012F, 0}, {0x0132, 0x0137, 0}, {0x0139, 0x0148, 1}, {0x014A, 0x0177, 0},
        {0x0179, 0x017E, 1}, {0x01CD, 0x01DC, 1}, {0x01DE, 0x01EF, 0}, {0x01F8, 0x021F, 0},
        {0x0222, 0x0233, 0}, {0x03D8, 0x03EF, 0}, {0x0460, 0x0481, 0}, {0x048A, 0x04BF, 0},
        {0x04C1, 0x04CE, 1}, {0x04D0, 0x052F, 0}, {0x1E00, 0x1E95, 0}, {0x1EA0, 0x1EFF, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
        if (between(point, blocks[i].from, blocks[i].to)) {
            return point % 2 == blocks[i].capital_parity ? point + 1 : point;
        }
    }
    return point;
}

uint32_t unicode_lower(uint32_t point)
{
    /* Blocks of capitals at a fixed distance from their small letters. */
    static const struct {
        uint32_t from, to;
        int32_t distance;
    } blocks[] = {
        {'A', 'Z', 32},       {0x00C0, 0x00D6, 32}, {0x00D8, 0x00DE, 32},    {0x0178, 0x0178, -121},
        {0x0386, 0x0386, 38}, {0x0388, 0x038A, 37}, {0x038C, 0x038C, 64},    {0x038E, 0x038F, 63},
        {0x0391, 0x03A1, 32}, {0x03A3, 0x03AB, 32}, {0x0400, 0x040F, 80},    {0x0410, 0x042F, 32},
        {0x04C0, 0x04C0, 15}, {0x0531, 0x0556, 48}, {0x1E9E, 0x1E9E, -7615}, {0xFF21, 0xFF3A, 32},
    };
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
        if (between(point, blocks[i].from, blocks[i].to)) {
            return (uint32_t)((int32_t)point + blocks[i].distance);
        }
    }
    return point < 0x0100 ? point : lower_alternating(point);
}
