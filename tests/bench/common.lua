-- What the scripts for wrk share. Each thread runs a script of its own.
local common = {}

-- Ids of records, in no order. The order in which each thread takes them differs.
function common.ids()
    local ids = {}
    for line in io.lines(os.getenv("BENCH_IDS")) do
        ids[#ids + 1] = line
    end
    return ids
end

function common.authorization()
    return "Authorization: Bearer " .. os.getenv("PORTTI_API_KEY") .. "\r\n"
end

-- A request for a GET, as bytes: wrk.format costs more than the server.
function common.get(target)
    return "GET " .. target .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n" .. common.authorization() .. "\r\n"
end

function common.post(target, body)
    return "POST " .. target .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n" .. common.authorization() ..
        "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

-- Sets a name that no other thread and no other run has.
local threads = 0
function common.setup(thread)
    threads = threads + 1
    thread:set("thread_name", string.format("%x-%d", os.time(), threads))
end

function common.company(name, number)
    return string.format(
        '{"name":"Company %d","domainName":{"primaryLinkUrl":"https://c%d.%s.example"},' ..
            '"address":{"addressStreet1":"%d High Street","addressCity":"Tampere","addressPostcode":"33100",' ..
            '"addressCountry":"Finland"},"annualRevenue":{"amountMicros":%d000000,"currencyCode":"EUR"}}',
        number, number, name, number % 300, number)
end

-- One line for tests/bench/run: rate, requests, errors, 99th percentile in milliseconds.
function common.done(summary, latency)
    local errors = summary.errors
    io.write(string.format("RESULT %.1f %d %d %.2f\n", summary.requests / (summary.duration / 1e6), summary.requests,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout, latency:percentile(99) / 1000))
end

return common
