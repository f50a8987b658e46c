#pragma once

#include "http_client/resolver.hpp"

#include <memory>

#include <boost/asio/io_context.hpp>

namespace sluice::http {

/// Asks name servers with c-ares, on the I/O thread but without blocking it. /etc/hosts comes first; c-ares reads that
/// file on this thread.
class AresResolver final : public Resolver {
public:
    /// `servers` is `ADDRESS[:PORT]`, separated by commas; empty: those of /etc/resolv.conf. Throws std::runtime_error
    /// if c-ares cannot start.
    AresResolver(asio::io_context& io, std::string const& servers);
    ~AresResolver() override;

    Task<Result<Addresses>> resolve(std::string host, Deadline deadline) override;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace sluice::http
