#include "limits/count_exchange.hpp"

#include "base/random.hpp"
#include "limits/shared_map.hpp"
#include "runtime/offload.hpp"

#include <unordered_map>

#include <boost/asio/post.hpp>

namespace sluice::limits {
namespace {

/// Longer, and the replica counts alone.
constexpr std::chrono::seconds kPatience{1};
/// One that is about to end, and the next.
constexpr std::size_t kMostRunning = 2;

Uuid random_id()
{
    Uuid id{};
    random_bytes(id);
    return id;
}

/// Whoever tells also asks.
Report report_of(std::vector<Counters::Listed> const& listed)
{
    Report report;
    for (auto const& [counter, published] : listed) {
        if (published.told)
            report.told.push_back({counter->key(), *published.told});
        if (published.is_asked)
            report.asked.push_back(counter->key());
        if (published.is_gone)
            report.gone.push_back(counter->key());
    }
    return report;
}

} // namespace

Exchange::Exchange(asio::io_context& io, Counters& counters, CountRepository& repository, telemetry::Log& log)
    : io_(io)
    , counters_(counters)
    , repository_(repository)
    , failed_(log, telemetry::Level::warning, "calls were not counted together with other replicas")
    , running_(io, kMostRunning, log, "exchange of counts")
    , replica_(random_id())
{
}

void Exchange::attach()
{
    counters_.exchange_by([this] { asio::post(io_, [this] { running_.spawn(run()); }); });
}

Task<void> Exchange::run()
{
    try {
        co_await until_idle();
    } catch (...) {
        counters_.stopped();
        throw; // The group writes it to the log.
    }
}

Task<void> Exchange::until_idle()
{
    while (co_await once())
        co_await sleep_until(Deadline::after(kEvery));
}

Task<bool> Exchange::once()
{
    auto const listed = counters_.publish();
    if (listed.empty())
        co_return false;
    auto report = report_of(listed);
    if (report.asked.empty() && report.gone.empty())
        co_return true;
    auto const heard = co_await repository_.exchange(replica_, std::move(report), Deadline::after(kPatience));
    if (!heard)
        failed_.write(heard.error());
    std::unordered_map<Uuid, Others, UuidHash> others;
    if (heard)
        for (auto const& each : *heard)
            others.emplace(each.key, each.others);
    auto const now = counters_.now();
    for (auto const& [counter, published] : listed) {
        auto const found = others.find(counter->key());
        if (published.is_asked && heard)
            counter->learn(found != others.end() ? found->second : Others{}, now);
        else if (published.is_listed && !heard)
            counter->unheard();
    }
    co_return true;
}

} // namespace sluice::limits
