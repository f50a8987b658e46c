#pragma once

#include "http_api/headers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

/// The headers of one connection, which no intermediary passes on (RFC 9110 section 7.6.1): the known ones, and those
/// that `Connection` names in a message.
class HopByHop {
public:
    explicit HopByHop(Headers const& message);
    [[nodiscard]] bool contains(std::string_view name) const;

private:
    std::vector<std::string> named_; ///< In lower case; mostly empty.
};

} // namespace sluice::http
