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

/// What is kept of an answer: `[{id, name, …}]`, texts cut and cleaned. At most `DynamicSource::kMostRecords`.
[[nodiscard]] json::array kept_records(DynamicSource const& source, json::array const& answer);

struct Tool;
class ToolList;

/// What an account's records change in one tool. Immutable.
class ToolOverlay {
public:
    ToolOverlay();
    ~ToolOverlay();

    /// Puts ids in place of names, and the vendor's shape in place of values by field; checks values against their
    /// fields. What is wrong, with what is allowed and what was nearly meant.
    [[nodiscard]] std::vector<FieldFailure> resolve(json::object& arguments) const;
    /// Changes the input schema that clients see.
    void show(json::object& input_schema) const;

    struct Part;

private:
    friend class OverlayMaker;
    std::vector<Part> parts_;
};

struct Integration;

/// The tools as one account has them: `values` is `{source: kept records}`. Tools that nothing changes are shared with
/// `tools`; if nothing changes at all, it is `tools`.
[[nodiscard]] std::shared_ptr<ToolList const>
overlay_tools(Integration const& integration, std::shared_ptr<ToolList const> tools, json::object const& values);

} // namespace sluice::catalog
