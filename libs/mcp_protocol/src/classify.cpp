#include "mcp_protocol/rpc_message.hpp"

#include "base/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace sluice::mcp {
namespace {

constexpr std::size_t kMaxBody = 4 * 1024 * 1024;
constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxBatch = 100;
constexpr std::string_view kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";

Refusal refuse(RpcCode code, std::string message, std::string id = "null")
{
    Refusal refusal;
    refusal.code = code;
    refusal.message = std::move(message);
    refusal.id = std::move(id);
    return refusal;
}

/// The id as JSON: a string or a whole number (also written `1.0`). Nothing for everything else.
std::optional<std::string> id_text(json::value const& id)
{
    if (id.is_string() || id.is_int64() || id.is_uint64())
        return boost::json::serialize(id);
    constexpr double kExact = 9007199254740992.0;
    if (id.is_double() && std::trunc(id.get_double()) == id.get_double() && std::abs(id.get_double()) <= kExact)
        return std::to_string(static_cast<std::int64_t>(id.get_double()));
    return std::nullopt;
}

/// Whether a value means no parameters: null or an empty list, which some libraries write for an empty object.
bool is_none(json::value const& value)
{
    return value.is_null() || (value.is_array() && value.get_array().empty());
}

json::object const* meta_of(json::object const& message)
{
    auto const* params = json::object_at(message, "params");
    return params != nullptr ? json::object_at(*params, "_meta") : nullptr;
}

json::value const* claim_of(json::object const& message)
{
    auto const* meta = meta_of(message);
    return meta != nullptr ? meta->if_contains(kVersionKey) : nullptr;
}

/// A text of the client as an error repeats it: cut, since a message may be megabytes.
std::string_view shown(std::string_view text)
{
    return utf8_prefix(text, 64);
}

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::string_view> header(http::Headers const& headers, std::string_view name)
{
    auto const value = headers.find(name);
    return value ? std::optional(trimmed(*value)) : std::nullopt;
}

/// Checks a message that claims a modern revision: its `_meta`, and the headers that must agree with it.
class ModernCheck {
public:
    ModernCheck(json::object const& message, std::string const& id, http::Headers const& headers)
        : message_(message)
        , id_(id)
        , headers_(headers)
    {
    }

    std::optional<Refusal> run(json::value const& claim, std::string_view method) const
    {
        if (auto refusal = check_meta(claim))
            return refusal;
        std::string_view const version = claim.get_string();
        auto const version_header = header(headers_, "mcp-protocol-version");
        if (version_header && *version_header != version)
            return mismatch(
                fmt::format("MCP-Protocol-Version is {}, but params._meta says {}", *version_header, shown(version)));
        if (!is_modern(version))
            return unsupported(version);
        if (!version_header)
            return mismatch("the header MCP-Protocol-Version is missing");
        auto const method_header = header(headers_, "mcp-method");
        if (!method_header || *method_header != method)
            return mismatch(fmt::format("the header Mcp-Method must be {}", shown(method)));
        return check_name(method);
    }

private:
    std::optional<Refusal> check_meta(json::value const& claim) const
    {
        if (!claim.is_string())
            return refuse(RpcCode::invalid_params, fmt::format("params._meta[\"{}\"] must be a string", kVersionKey),
                          id_);
        auto const* capabilities = meta_of(message_)->if_contains(kCapabilitiesKey);
        if (capabilities == nullptr || !capabilities->is_object())
            return refuse(RpcCode::invalid_params,
                          fmt::format("params._meta[\"{}\"] is required and must be an object", kCapabilitiesKey), id_);
        return std::nullopt;
    }

    std::optional<Refusal> check_name(std::string_view method) const
    {
        bool const by_name = method == "tools/call" || method == "prompts/get";
        if (!by_name && method != "resources/read")
            return std::nullopt;
        auto const* wanted = json::string_at(*json::object_at(message_, "params"), by_name ? "name" : "uri");
        auto const value = header(headers_, "mcp-name");
        auto const decoded = value ? decode_header_value(*value) : std::nullopt;
        if (!decoded || wanted == nullptr || std::string_view(*wanted) != *decoded)
            return mismatch(fmt::format("the header Mcp-Name must equal params.{}", by_name ? "name" : "uri"));
        return std::nullopt;
    }

    Refusal mismatch(std::string message) const
    {
        return refuse(RpcCode::header_mismatch, "Header mismatch: " + std::move(message) + ".", id_);
    }

    Refusal unsupported(std::string_view version) const
    {
        auto refusal = refuse(RpcCode::unsupported_version,
                              fmt::format("The protocol version {} is not supported.", shown(version)), id_);
        refusal.data = json::object{{"supported", all_revisions()}, {"requested", shown(version)}};
        return refusal;
    }

    json::object const& message_;
    std::string const& id_;
    http::Headers const& headers_;
};

/// Moves the parameters out of the message, since they may be megabytes.
RpcRequest request_of(Era era, std::string id, json::object& message, http::Headers const& headers = {})
{
    constexpr std::string_view kPrefix = "mcp-param-";
    RpcRequest request;
    request.era = era;
    request.id = std::move(id);
    request.method = message.at("method").get_string();
    if (auto* params = message.if_contains("params"))
        request.params = std::move(params->get_object());
    for (auto const& [name, value] : headers)
        if (name.size() > kPrefix.size() && iequals(name.substr(0, kPrefix.size()), kPrefix))
            request.param_headers.emplace_back(to_lower(name.substr(kPrefix.size())), trimmed(value));
    return request;
}

/// Reads a message whose body claims no revision: a legacy one, unless the header says otherwise.
Single classify_unclaimed(json::object& message, std::string id, std::string_view method, http::Headers const& headers)
{
    auto const version = header(headers, "mcp-protocol-version");
    if (version && looks_modern(*version) && method != "initialize")
        return refuse(RpcCode::invalid_params, fmt::format("params._meta[\"{}\"] is required", kVersionKey),
                      std::move(id));
    if (version && !is_legacy(*version) && method != "initialize")
        return refuse(RpcCode::server_error,
                      fmt::format("Unsupported MCP-Protocol-Version {}. Supported are {}.", *version,
                                  boost::json::serialize(all_revisions())),
                      std::move(id));
    return request_of(Era::legacy, std::move(id), message);
}

bool is_complete_claim(json::object const& message)
{
    auto const* claim = claim_of(message);
    if (claim == nullptr || !claim->is_string() || !looks_modern(claim->get_string()))
        return false;
    auto const* capabilities = meta_of(message)->if_contains(kCapabilitiesKey);
    return capabilities != nullptr && capabilities->is_object();
}

Single notification(json::object const& message, std::string_view method)
{
    auto const* params = json::object_at(message, "params");
    auto const* of =
        method == "notifications/cancelled" && params != nullptr ? params->if_contains("requestId") : nullptr;
    auto id = of != nullptr ? id_text(*of) : std::nullopt;
    return id ? Single(Cancelled{*std::move(id)}) : Single(Dropped{});
}

Single classify_one(json::value& value, http::Headers const& headers)
{
    auto* message = value.if_object();
    if (message == nullptr)
        return refuse(RpcCode::invalid_request, "A message must be a JSON object.");
    auto const* version = json::string_at(*message, "jsonrpc");
    if (version == nullptr || *version != "2.0")
        return refuse(RpcCode::invalid_request, "jsonrpc must be \"2.0\".");
    auto const* id = message->if_contains("id");
    auto const id_json = id != nullptr ? id_text(*id) : std::nullopt;
    if (id != nullptr && !id_json)
        return refuse(RpcCode::invalid_request, "id must be a string or a whole number.");
    auto const* method = message->if_contains("method");
    if (method == nullptr) {
        if (message->contains("result") || message->contains("error"))
            return Dropped{};
        return refuse(RpcCode::invalid_request, "method is required.", id_json.value_or("null"));
    }
    if (!method->is_string())
        return refuse(RpcCode::invalid_request, "method must be a string.", id_json.value_or("null"));
    if (!id_json)
        return notification(*message, method->get_string());
    auto* params = message->if_contains("params");
    if (params != nullptr && is_none(*params))
        *params = json::object{};
    if (params != nullptr && !params->is_object())
        return refuse(RpcCode::invalid_request, "params must be an object.", *id_json);

    std::string_view const name = method->get_string();
    if (name == "initialize" && !is_complete_claim(*message)) {
        auto const header_version = header(headers, "mcp-protocol-version");
        if (header_version && looks_modern(*header_version))
            return refuse(RpcCode::header_mismatch,
                          "Header mismatch: MCP-Protocol-Version names a revision without initialize.", *id_json);
        return request_of(Era::legacy, *id_json, *message);
    }
    auto const* claim = claim_of(*message);
    if (claim == nullptr)
        return classify_unclaimed(*message, *id_json, name, headers);
    if (auto refusal = ModernCheck(*message, *id_json, headers).run(*claim, name))
        return *std::move(refusal);
    return request_of(Era::modern, *id_json, *message, headers);
}

/// Gives a request the flaws of its own parameters. Flaws elsewhere in the message do not matter, since only the
/// parameters are used.
void add_flaws(std::vector<FieldFailure> const& flaws, std::string_view prefix, Single& message)
{
    auto* request = std::get_if<RpcRequest>(&message);
    if (request == nullptr)
        return;
    for (auto const& [path, text] : flaws)
        if (path.starts_with(prefix) && !std::string_view(path).substr(prefix.size()).starts_with("_meta"))
            request->flaws.push_back({path.substr(prefix.size()), text});
}

Classified single(Single message)
{
    Classified classified;
    classified.messages.push_back(std::move(message));
    return classified;
}

Classified classify_batch(json::array& batch, std::vector<FieldFailure> const& flaws, http::Headers const& headers)
{
    if (batch.empty())
        return single(refuse(RpcCode::invalid_request, "A batch must not be empty."));
    if (batch.size() > kMaxBatch)
        return single(refuse(RpcCode::invalid_request, fmt::format("A batch holds at most {} messages.", kMaxBatch)));
    Classified classified;
    classified.is_batch = true;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        auto const* message = batch[i].if_object();
        if (message != nullptr && claim_of(*message) != nullptr)
            return single(refuse(RpcCode::invalid_request, "Batches exist only before 2025-06-18; send one message."));
        classified.messages.push_back(classify_one(batch[i], headers));
        add_flaws(flaws, fmt::format("[{}].params.", i), classified.messages.back());
    }
    return classified;
}

} // namespace

Classified classify(std::string_view body, http::Headers const& headers)
{
    auto read = json::read(body, {.max_bytes = kMaxBody, .max_depth = kMaxDepth});
    if (!read)
        return single(refuse(RpcCode::parse_error, read.error().public_detail()));
    if (auto* batch = read->root.if_array())
        return classify_batch(*batch, read->flaws, headers);
    auto message = classify_one(read->root, headers);
    add_flaws(read->flaws, "params.", message);
    return single(std::move(message));
}

std::optional<std::string> decode_header_value(std::string_view value)
{
    constexpr std::string_view kOpen = "=?base64?";
    constexpr std::string_view kClose = "?=";
    if (std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) > 0x7e || c < 0x20; }))
        return std::nullopt;
    if (!value.starts_with(kOpen) || !value.ends_with(kClose) || value.size() < kOpen.size() + kClose.size())
        return std::string(value);
    auto const encoded = value.substr(kOpen.size(), value.size() - kOpen.size() - kClose.size());
    auto const decoded = base64_decode(encoded);
    if (!decoded || encoded.size() % 4 != 0 || !is_utf8(text_of(*decoded)))
        return std::nullopt;
    return std::string(text_of(*decoded));
}

} // namespace sluice::mcp
