#include "mcp/discovery.hpp"

namespace sluice::mcp {
namespace {

constexpr std::string_view kList =
    R"([{"name":"search_tools","title":"Search tools","description":"Finds tools of this account by what they do. Begin here: then get_tool_schema for what a tool takes, then call_tool.",)"
    R"("inputSchema":{"type":"object","properties":{"query":{"type":"string","maxLength":500,"description":"What is to be done, in a few words, e.g. add tags to a ticket. Empty: all, by name."},)"
    R"("limit":{"type":"integer","minimum":1,"maximum":20,"description":"How many to find at most; 8 if left out."}},"required":["query"],"additionalProperties":false},)"
    R"("annotations":{"title":"Search tools","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}},)"
    R"({"name":"get_tool_schema","title":"Describe tools","description":"What up to five tools take: their description and input schema.",)"
    R"("inputSchema":{"type":"object","properties":{"tool_names":{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":5,"description":"Names as search_tools gives them."}},"required":["tool_names"],"additionalProperties":false},)"
    R"("annotations":{"title":"Describe tools","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}},)"
    R"({"name":"call_tool","title":"Call a tool","description":"Calls a tool found with search_tools. Its arguments must fit the schema that get_tool_schema gives.",)"
    R"("inputSchema":{"type":"object","properties":{"tool_name":{"type":"string","description":"The tool's name."},"arguments":{"type":"object","properties":{},"additionalProperties":true,"description":"What the tool takes; {} if nothing."}},"required":["tool_name"],"additionalProperties":false},)"
    R"("annotations":{"title":"Call a tool","readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":true}}])";

} // namespace

std::string_view discovery_list() noexcept
{
    return kList;
}

} // namespace sluice::mcp
