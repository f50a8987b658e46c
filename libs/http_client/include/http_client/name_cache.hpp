#pragma once

#include "http_client/resolver.hpp"

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

namespace sluice::http {

/// Remembers what a resolver said: addresses for their lifetime, failures briefly, so many names at most, those last
/// asked for. However many ask for a name, it is looked up once at a time. One I/O thread.
class NameCache {
public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;
    static constexpr std::size_t kMaxNames = 10'000;
    static constexpr std::chrono::seconds kShortest{1};
    static constexpr std::chrono::seconds kLongest{300};
    /// For a name that does not exist, or has no address; half of it where nobody could say.
    static constexpr std::chrono::seconds kFailure{4};
    /// Of a look-up, whoever waits for it.
    static constexpr std::chrono::seconds kLookupLimit{10};

    NameCache(asio::io_context& io, std::unique_ptr<Resolver> resolver, Now now = std::chrono::steady_clock::now);
    ~NameCache();

    /// A literal address is its own answer. Errors: as Resolver; upstream_timeout at the deadline, with the look-up
    /// going on for whoever asks next.
    Task<Result<std::vector<boost::asio::ip::address>>> find(std::string host, Deadline deadline);
    [[nodiscard]] std::size_t size() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace sluice::http
