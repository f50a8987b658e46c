#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "runtime/task.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace sluice::http {

/// Where a name leads, in the order to be tried.
struct Addresses {
    std::vector<boost::asio::ip::address> list;
    /// How long this may be believed.
    std::chrono::seconds lifetime{};
};

/// Asks for the addresses of a host name. The port of the client; one I/O thread. `AresResolver` implements it.
class Resolver {
public:
    virtual ~Resolver() = default;
    /// Errors: not_found (there is no such name, or it has no address), upstream_unreachable (nobody could say).
    virtual Task<Result<Addresses>> resolve(std::string host, Deadline deadline) = 0;
};

} // namespace sluice::http
