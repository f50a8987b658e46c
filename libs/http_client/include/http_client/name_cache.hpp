#pragma once

#include "http_client/resolver.hpp"

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

namespace sluice::http {

/// Remembers the answers of a resolver: addresses for their lifetime, failures briefly. Keeps the names that were asked
/// for last. Many callers for one name share one look-up. Belongs to one I/O thread.
class NameCache {
public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;
    static constexpr std::size_t kMaxNames = 10'000;
    static constexpr std::chrono::seconds kShortest{1};
    static constexpr std::chrono::seconds kLongest{300};
    /// How long a failure is remembered: for a name that does not exist or has no address. Half of it if no name server
    /// answered.
    static constexpr std::chrono::seconds kFailure{4};
    /// The time for a look-up, whatever the deadlines of its callers.
    static constexpr std::chrono::seconds kLookupLimit{10};

    NameCache(asio::io_context& io, std::unique_ptr<Resolver> resolver, Now now = std::chrono::steady_clock::now);
    ~NameCache();

    /// The addresses of a name; never empty. An IP address is its own answer. Errors: those of `Resolver::resolve`;
    /// upstream_timeout at the deadline, while the look-up goes on for later callers.
    Task<Result<std::vector<boost::asio::ip::address>>> find(std::string host, Deadline deadline);
    [[nodiscard]] std::size_t size() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace sluice::http
