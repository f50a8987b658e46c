#pragma once

#include "client_connection.hpp"

#include <memory>
#include <vector>

namespace sluice::http {

/// Connects to the first of `endpoints` that answers. Each gets a short head start before the next is tried beside it
/// (similar to RFC 8305). Null at the deadline, or if all have failed; then `failure` is that of the last one. `tls`
/// must outlive the attempts, which end soon after.
Task<std::unique_ptr<Connection>> dial(asio::io_context& io, asio::ssl::context* tls,
                                       std::vector<asio::ip::tcp::endpoint> endpoints, Deadline deadline,
                                       boost::system::error_code& failure);

} // namespace sluice::http
