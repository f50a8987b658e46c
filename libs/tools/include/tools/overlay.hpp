#pragma once

#include "base/error.hpp"
#include "base/json.hpp"
#include "catalog/integration.hpp"

#include <memory>
#include <vector>

namespace sluice::tools {

struct Tool;
class ToolList;

/// The records to keep of a source's answer: `[{id, name, …}]`, with texts cut and cleaned. At most
/// `catalog::DynamicSource::kMostRecords`.
[[nodiscard]] json::array kept_records(catalog::DynamicSource const& source, json::array const& answer);

/// The changes that an account's records make to one tool. Immutable.
class ToolOverlay {
public:
    ToolOverlay();
    ~ToolOverlay();

    /// Puts ids in place of names, and the vendor's form in place of `{field: value}`. Checks the values of fields.
    /// Gives every mistake, with the allowed values and those that were probably meant.
    [[nodiscard]] std::vector<FieldFailure> resolve(json::object& arguments) const;
    /// Writes the account's part into the input schema that clients see of the tool.
    void show(Tool const& tool, json::object& input_schema) const;

    struct Part;

private:
    friend class OverlayMaker;
    std::vector<Part> parts_;
};

/// The tools as one account has them. `values` is `{source: kept records}`. Tools without a change are shared with
/// `tools`; without any change the result is `tools` itself.
[[nodiscard]] std::shared_ptr<ToolList const> overlay_tools(catalog::Integration const& integration,
                                                            std::shared_ptr<ToolList const> tools,
                                                            json::object const& values);

} // namespace sluice::tools
