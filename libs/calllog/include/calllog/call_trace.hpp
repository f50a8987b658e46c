#pragma once

#include "calllog/origin.hpp"

#include <chrono>
#include <string>

namespace sluice::calllog {

/// What a request was about, for the access log, `server-timing` and the call log.
struct CallTrace {
    Origin origin;
    std::string environment;
    std::string account;
    std::string integration;
    std::string method;
    std::string steps; ///< Of a tool of several vendor calls: their methods, in order.
    std::chrono::microseconds vendor_time{};
    std::string error;             ///< Of a failure: its text for the log, masked.
    bool is_vendors_fault = false; ///< A failure was the vendor's, or on the way to the vendor.

    /// Notes the account that is called.
    void of(IntegratedAccountId called, std::string const& integration_name)
    {
        account = called.str();
        integration = integration_name;
    }
};

} // namespace sluice::calllog
