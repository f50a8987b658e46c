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

// Some parts of tools differ from account to account: custom fields, people, tags. These types say which lists to read
// and what their records change. `toolcalls::AccountSchemas` reads and keeps them; `tools::overlay_tools` changes the
// tools.

/// A list of the account, and the members of its records that are kept.
struct DynamicSource {
    std::string name;
    MethodCall call;
    /// Dotted paths in the vendor's record, by our name: id and name; for people email; for custom fields also type,
    /// choices, minimum, maximum, managed, required. A record with a value at `hidden` is left out.
    std::map<std::string, std::string, std::less<>> record;

    /// One page, so that one vendor call reads it. A longer list would not help a model.
    static constexpr std::size_t kMostRecords = 100;
};

/// A place in a tool that a source changes.
struct DynamicPlace {
    enum class Kind {
        id,     ///< An id that is given by its name; an enum has the names. The id itself is accepted too.
        name,   ///< A name. The description lists the known ones; a new name is accepted.
        values, ///< Values by field: an object with a member for each field. The vendor's form `[{id, value}]` is
                ///< accepted too.
        field   ///< The id of a field that is given by its name; the argument `value` has the field's new value.
    };
    Kind kind = Kind::id;
    std::size_t source = 0;
    std::string resource;
    std::string method;
    std::vector<std::string> path; ///< In the arguments; `*` means each element of an array.
    std::string value;             ///< For `field`: the argument with the value; may be empty.
};

/// All sources and places of a definition.
struct Dynamic {
    /// A list of changes: its newest record tells whether `sources` changed.
    struct Changes {
        MethodCall call;
        std::string marker; ///< Dotted path into the record.
        std::vector<std::string> sources;
    };
    std::vector<DynamicSource> sources;
    std::vector<DynamicPlace> places;
    std::optional<Changes> changes;
    std::chrono::seconds lifetime{1800};
    int calls_per_hour = 0; ///< For one account, by all replicas together.
};

} // namespace sluice::catalog
