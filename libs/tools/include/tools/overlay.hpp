#pragma once

#include "base/error.hpp"
#include "base/json.hpp"
#include "catalog/integration.hpp"

#include <memory>
#include <vector>

namespace sluice::tools {

class ToolList;

/// What is kept of an answer: `[{id, name, …}]`, texts cut and cleaned. At most `catalog::DynamicSource::kMostRecords`.
[[nodiscard]] json::array kept_records(catalog::DynamicSource const& source, json::array const& answer);

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

/// The tools as one account has them: `values` is `{source: kept records}`. Tools that nothing changes are shared with
/// `tools`; if nothing changes at all, it is `tools`.
[[nodiscard]] std::shared_ptr<ToolList const> overlay_tools(catalog::Integration const& integration,
                                                            std::shared_ptr<ToolList const> tools,
                                                            json::object const& values);

} // namespace sluice::tools
