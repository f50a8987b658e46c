#pragma once

#include "catalog/actions.hpp"
#include "catalog/inputs.hpp"
#include "catalog/template.hpp"
#include "catalog/uri_template.hpp"

#include <memory>
#include <string>
#include <vector>

namespace sluice::catalog {

/// A resource that an MCP client reads by its URI (MCP, "Resources"). A method of the integration answers it.
struct McpResource {
    UriTemplate uri;
    std::string name;
    std::string title;
    std::string description;
    std::string mime_type; ///< Empty: the vendor's content type.
    MethodCall read;       ///< Its arguments read `uri.<placeholder>`.
};

struct PromptArgument {
    std::string name;
    std::string description;
    bool required = false;
    std::vector<std::string> values; ///< Values for a client to suggest; others are accepted too.
};

struct PromptMessage {
    std::string role;      ///< `user` or `assistant`.
    ValueTemplate content; ///< A content block; reads `arguments.<name>`.
};

/// A workflow that a client offers to its user (MCP, "Prompts").
struct Prompt {
    std::string name;
    std::string title;
    std::string description;
    std::vector<PromptArgument> arguments;
    std::vector<PromptMessage> messages;  ///< Also read `input.<key>`.
    std::shared_ptr<Inputs const> inputs; ///< The input that the prompt asks the client for first; mostly null.
};

/// The resources and prompts that a definition offers to MCP clients.
struct Offers {
    std::vector<McpResource> resources;
    std::vector<Prompt> prompts;
};

} // namespace sluice::catalog
