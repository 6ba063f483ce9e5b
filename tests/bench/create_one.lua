package.path = "tests/bench/?.lua;" .. package.path
local common = require("common")
setup = common.setup
done = common.done

local number = 0
function request()
    number = number + 1
    return common.post("/rest/companies", common.company(thread_name .. ".one", number))
end
