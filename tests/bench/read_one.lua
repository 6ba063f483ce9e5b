package.path = "tests/bench/?.lua;" .. package.path
local common = require("common")
setup = common.setup
done = common.done

local ids, head, tail
function init()
    ids = common.ids()
    math.randomseed(os.time() + #thread_name + thread_name:byte(-1))
    local whole = common.get("/rest/companies/@")
    head, tail = whole:match("^(.-)@(.*)$")
end

function request()
    return head .. ids[math.random(#ids)] .. tail
end
