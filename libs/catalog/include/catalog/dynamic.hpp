#pragma once

#include "base/error.hpp"
#include "base/json.hpp"
#include "catalog/actions.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::catalog {

// What an account itself decides stands in its tools: its custom fields, its people, its tags. Here is what to ask the
// account and what the answer changes; asking, keeping and ageing is done elsewhere.

/// A list of the account, and which members of its records are kept.
struct DynamicSource {
    std::string name;
    MethodCall call;
    /// Ours to theirs (dotted): id, name; and of fields type, choices, minimum, maximum, managed, required. A record
    /// with something at `hidden` is left out.
    std::map<std::string, std::string, std::less<>> record;

    /// One page, so one vendor call. A longer list would be no help to a model.
    static constexpr std::size_t kMostRecords = 100;
};

/// Where a source changes a tool.
struct DynamicPlace {
    enum class Kind {
        id,     ///< An id, given by name: an enum of the names. The id itself is taken too.
        name,   ///< A name: those there are stand in the description, others may be made.
        values, ///< Values by field: an object with a member for each field. The vendor's `[{id, value}]` is taken too.
        field   ///< The id of a field, given by name; the argument `value` is what it is set to.
    };
    Kind kind = Kind::id;
    std::size_t source = 0;
    std::string resource;
    std::string method;
    std::vector<std::string> path; ///< Into the arguments; `*` is each element of an array.
    std::string value;             ///< Of `field`: the argument with the value; may be empty.
};

/// All that a definition says of it.
struct Dynamic {
    /// The newest record of a list tells whether sources changed.
    struct Changes {
        MethodCall call;
        std::string marker; ///< Dotted path into the record.
        std::vector<std::string> sources;
    };
    std::vector<DynamicSource> sources;
    std::vector<DynamicPlace> places;
    std::optional<Changes> changes;
    std::chrono::seconds lifetime{1800};
    int calls_per_hour = 0; ///< Of one account, by all replicas.
};

} // namespace sluice::catalog
