#pragma once

#include "http_client/resolver.hpp"
#include "runtime/offload.hpp"

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sluice::test {

/// A resolver that knows what it is told. A name it does not know does not exist. One I/O thread.
class FakeResolver final : public http::Resolver {
public:
    void tell(std::string const& host, std::vector<std::string> const& addresses, std::chrono::seconds lifetime)
    {
        http::Addresses said;
        said.lifetime = lifetime;
        for (auto const& address : addresses)
            said.list.push_back(asio::ip::make_address(address));
        known_.insert_or_assign(host, std::move(said));
    }
    void fail(std::string const& host, Error error) { known_.insert_or_assign(host, std::move(error)); }

    /// The next question throws.
    void break_once() { is_broken_ = true; }

    /// From now on nothing is answered until `release()`, or the deadline.
    void hold() { held_ = true; }
    void release()
    {
        held_ = false;
        for (auto* timer : std::exchange(waiting_, {}))
            timer->cancel();
    }

    Task<Result<http::Addresses>> resolve(std::string host, Deadline deadline) override
    {
        asked.push_back(host);
        if (std::exchange(is_broken_, false))
            throw std::runtime_error("broken");
        if (held_) {
            SteadyTimer timer(co_await asio::this_coro::executor, deadline.at());
            waiting_.push_back(&timer);
            co_await timer.async_wait(kUseTask);
            std::erase(waiting_, &timer);
        }
        if (auto const found = known_.find(host); found != known_.end())
            co_return found->second;
        co_return Error{ErrorCode::not_found, "There is no such name."};
    }

    std::vector<std::string> asked;

private:
    std::map<std::string, Result<http::Addresses>> known_;
    bool held_ = false;
    bool is_broken_ = false;
    std::vector<SteadyTimer*> waiting_;
};

} // namespace sluice::test
