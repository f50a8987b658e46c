#pragma once

#include "base/error.hpp"
#include "base/json.hpp"
#include "catalog/integration.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
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
    /// The name of the record that the value at a place (`assignee_team.id`) means by its id; empty if none is known.
    [[nodiscard]] std::string name_at(std::string_view place, json::value const& id) const;

    struct Part;

private:
    friend class OverlayMaker;
    friend std::shared_ptr<Tool const> shown_for_all(std::shared_ptr<Tool const> const& base,
                                                     std::span<std::shared_ptr<Tool const> const> of_accounts);
    std::vector<Part> parts_;
};

/// A tool as it is shown for several accounts: with the names that any of them knows. Only the tool of the account that
/// a call means resolves them. `of_accounts` are this tool as the accounts have it. Without names it is `base` itself.
[[nodiscard]] std::shared_ptr<Tool const> shown_for_all(std::shared_ptr<Tool const> const& base,
                                                        std::span<std::shared_ptr<Tool const> const> of_accounts);

/// The tools as one account has them. `values` is `{source: kept records}`. Tools without a change are shared with
/// `tools`; without any change the result is `tools` itself.
[[nodiscard]] std::shared_ptr<ToolList const> overlay_tools(catalog::Integration const& integration,
                                                            std::shared_ptr<ToolList const> tools,
                                                            json::object const& values);

} // namespace sluice::tools
