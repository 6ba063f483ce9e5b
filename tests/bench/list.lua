package.path = "tests/bench/?.lua;" .. package.path
local common = require("common")
setup = common.setup
done = common.done

-- A cursor is {"id":"…"} in base64, as the answers have it.
local letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local function base64(text)
    local out = {}
    for at = 1, #text, 3 do
        local a, b, c = text:byte(at, at + 2)
        local number = a * 65536 + (b or 0) * 256 + (c or 0)
        for index = 0, 3 do
            local digit = math.floor(number / 64 ^ (3 - index)) % 64
            out[#out + 1] = (index == 3 and not c or index == 2 and not b) and "=" or letters:sub(digit + 1, digit + 1)
        end
    end
    return table.concat(out)
end

local requests = {}
function init()
    local ids = common.ids()
    math.randomseed(os.time() + #thread_name + thread_name:byte(-1))
    for index = 1, 5000 do
        local cursor = base64('{"id":"' .. ids[math.random(#ids)] .. '"}'):gsub("=", "%%3D"):gsub("+", "%%2B"):gsub("/", "%%2F")
        requests[index] = common.get("/rest/companies?limit=60&starting_after=" .. cursor)
    end
end

function request()
    return requests[math.random(#requests)]
end
