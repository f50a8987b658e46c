#pragma once

#include "http_client/resolver.hpp"

#include <memory>

#include <boost/asio/io_context.hpp>

namespace sluice::http {

/// Asks the system's name servers with c-ares, on the I/O thread and without waiting for them there. /etc/hosts comes
/// first: c-ares reads that file on this thread, once for each look-up or change of it.
class AresResolver final : public Resolver {
public:
    /// `servers`: `ADDRESS[:PORT]`, separated by commas; empty: those of /etc/resolv.conf. Throws std::runtime_error
    /// if c-ares does not start.
    AresResolver(asio::io_context& io, std::string const& servers);
    ~AresResolver() override;

    Task<Result<Addresses>> resolve(std::string host, Deadline deadline) override;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace sluice::http
