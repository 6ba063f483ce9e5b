package.path = "tests/bench/?.lua;" .. package.path
local common = require("common")
setup = common.setup
done = common.done

-- POSTs of the bodies in a file, a line each, in no order.
local requests = {}
function init()
    for line in io.lines(os.getenv("BENCH_BODIES")) do
        requests[#requests + 1] = common.post("/graphql", line)
    end
    math.randomseed(os.time() + #thread_name + thread_name:byte(-1))
end

function request()
    return requests[math.random(#requests)]
end
