#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "runtime/task.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace sluice::http {

/// The addresses of a name, in the order in which they are tried.
struct Addresses {
    std::vector<boost::asio::ip::address> list;
    /// How long the list is valid.
    std::chrono::seconds lifetime{};
};

/// Asks for the addresses of a host name. A port of the HTTP client; `AresResolver` implements it. Belongs to one I/O
/// thread.
class Resolver {
public:
    virtual ~Resolver() = default;
    /// Errors: not_found (there is no such name, or it has no address); upstream_unreachable (no name server answered).
    virtual Task<Result<Addresses>> resolve(std::string host, Deadline deadline) = 0;
};

} // namespace sluice::http
