#pragma once

#include "catalog/actions.hpp"
#include "catalog/inputs.hpp"
#include "catalog/template.hpp"
#include "catalog/uri_template.hpp"

#include <memory>
#include <string>
#include <vector>

namespace sluice::catalog {

/// Something an MCP client may read by its URI (MCP, "Resources"); answered by a method of the integration.
struct McpResource {
    UriTemplate uri;
    std::string name;
    std::string title;
    std::string description;
    std::string mime_type; ///< Empty: whatever the vendor says.
    MethodCall read;       ///< Its arguments read `uri.<placeholder>`.
};

struct PromptArgument {
    std::string name;
    std::string description;
    bool required = false;
    std::vector<std::string> values; ///< Those that a client may suggest; others are fine as well.
};

struct PromptMessage {
    std::string role;      ///< user or assistant
    ValueTemplate content; ///< A content block; reads `arguments.<name>`.
};

/// A workflow that a client offers to its user (MCP, "Prompts").
struct Prompt {
    std::string name;
    std::string title;
    std::string description;
    std::vector<PromptArgument> arguments;
    std::vector<PromptMessage> messages;  ///< Also read `input.<key>`.
    std::shared_ptr<Inputs const> inputs; ///< What it asks the client for first; mostly null.
};

/// What a definition offers to MCP clients beside its tools.
struct Offers {
    std::vector<McpResource> resources;
    std::vector<Prompt> prompts;
};

} // namespace sluice::catalog
