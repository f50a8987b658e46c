#pragma once

#include "catalog/condition.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::catalog {

/// Where a vendor's errors say what is wrong (`errors` of the manifest). The places of a list are tried in order; where
/// they have nothing, the usual places are.
struct ErrorPicks {
    std::vector<AnswerPath> message;
    std::vector<AnswerPath> code;
    std::vector<AnswerPath> fields; ///< The messages by argument.

    /// The status of an error that the vendor sends with a 2xx (`error_expression`), since HTTP does not tell it. First
    /// by the vendor's code, then from a place in the answer that has an HTTP status, else `default_status`.
    std::map<std::string, int, std::less<>> status_by_code;
    std::vector<AnswerPath> status;
    int default_status = kRefused;

    /// Unprocessable Content. A vendor that says an error in a 200 has read the call and refuses it. A client must not
    /// repeat it unchanged, as it would after a 5xx; a model corrects its arguments, as it would not after a 502; and a
    /// safeguard lets the corrected write go, since a refusal has no effect. A definition gives a 5xx to codes that
    /// mean a fault of the vendor: then nothing is known about the effect.
    static constexpr int kRefused = 422;
};

} // namespace sluice::catalog
