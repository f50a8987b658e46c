#pragma once

#include "ratelimit/rule.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::ratelimit {

/// A vendor and how it tells its limits: an entry of the folder `vendors`, which is compiled in.
struct Vendor {
    /// Where the entry comes from.
    enum class Known {
        confirmed, ///< The vendor's own documentation or its staff.
        secondary, ///< Another public source alone, such as the rules of another project.
        general,   ///< General knowledge.
    };

    std::string name; ///< What a definition writes: `[a-z][a-z0-9_]*`.
    std::string label;
    Known known = Known::general;
    std::string source;               ///< Empty for general knowledge.
    std::vector<std::string> hosts;   ///< Of its API, in lower case. One that begins with a dot is the end of a name.
    std::shared_ptr<Rule const> rule; ///< Null: the well-known header names are tried. Vendors may share one.
    std::string note;                 ///< For people, one or two sentences; mostly empty.
};

// All are thread-safe. The entries are read at the first call of any, which takes some milliseconds, and live as long
// as the process.

/// All vendors, in the order of their names.
[[nodiscard]] std::span<Vendor const> vendors();
/// nullptr if there is no vendor of that name.
[[nodiscard]] Vendor const* find_vendor(std::string_view name);
/// The vendor that has the host, without its port and in any case; nullptr if none has. Of two that fit, the one with
/// the longer part of the name.
[[nodiscard]] Vendor const* vendor_of_host(std::string_view host);

} // namespace sluice::ratelimit
