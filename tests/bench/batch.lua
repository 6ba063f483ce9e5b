package.path = "tests/bench/?.lua;" .. package.path
local common = require("common")
setup = common.setup
done = common.done

local number = 0
function request()
    local records = {}
    for index = 1, 60 do
        number = number + 1
        records[index] = common.company(thread_name .. ".batch", number)
    end
    return common.post("/rest/batch/companies", "[" .. table.concat(records, ",") .. "]")
end
