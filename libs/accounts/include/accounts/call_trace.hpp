#pragma once

#include "accounts/vault.hpp"

#include <chrono>
#include <string>

namespace sluice::accounts {

/// What a request was about, for the access log and `server-timing`.
struct CallTrace {
    std::string environment;
    std::string account;
    std::string integration;
    std::string method;
    std::string tool;
    std::string steps; ///< Of a tool of several vendor calls: their methods, in order.
    std::string client;
    std::chrono::microseconds vendor_time{};
    bool is_vendors_fault = false; ///< A failure was the vendor's, or on the way to the vendor.

    /// Notes the account that is called.
    void of(accounts::CallableAccount const& connected);
};

} // namespace sluice::accounts
