#pragma once

#include "accounts/vault.hpp"

#include <chrono>
#include <string>

namespace sluice::accounts {

/// What a request turned out to be, for the access log and `server-timing`.
struct CallTrace {
    std::string environment;
    std::string account;
    std::string integration;
    std::string method;
    std::string tool;
    std::string client;
    std::chrono::microseconds vendor_time{};
    bool is_vendors_fault = false; ///< What went wrong did so at the vendor, or on the way to it.

    /// Takes note whose call it is.
    void of(accounts::CallableAccount const& connected);
};

} // namespace sluice::accounts
