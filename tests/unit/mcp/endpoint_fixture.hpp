#pragma once

#include "mcp/endpoint.hpp"

#include "fake_streams.hpp"
#include "support/desk_calls.hpp"
#include "support/fake_api_tokens.hpp"
#include "support/fake_servers.hpp"
#include "support/steady_clock.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::mcp {

/// The desk with what it offers beside its tools.
inline std::string const kOffers = R"(mcp:
  resources:
    - {uri: "desk://search", name: search, title: Search, mime_type: application/json, read: {method: tickets.list}}
    - {uri: "desk://tickets/{id}", name: ticket, description: One ticket., read: {method: tickets.get, arguments: {id: "{{uri.id}}"}}}
  prompts:
    - name: triage
      title: Triage
      description: Sorts tickets.
      arguments: [{name: tone, required: true, values: [kind, kurt, strict]}, {name: team, description: Whose.}]
      messages:
        - {role: user, content: {type: text, text: "Be {{arguments.tone}} to {{arguments.team}}."}}
)";

/// An MCP URL of a desk's account, and what is asked at it.
class EndpointTest : public ::testing::Test {
protected:
    using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    explicit EndpointTest(std::string const& manifest = catalog::test::kManifest + kOffers, limits::Config own = {0, 0})
        : own_(own)
        , desk_(manifest)
    {
        desk_.changes.on_change = [this](snapshots::Change const& change) {
            servers_.apply(change);
            api_tokens_.apply(change);
        };
        account_ = desk_.connect();
        token_ = url();
    }

    /// A new MCP URL's token, of the account or, without one, of its tenant.
    std::string url(std::function<void(McpServer&)> const& edit = {})
    {
        auto const token = crypto::mint_token(desk_.keyring, crypto::TokenKind::mcp).reveal();
        McpServer made;
        made.environment = desk_.environment;
        made.account = account_;
        made.name = "agent";
        if (edit)
            edit(made);
        test::must(
            test::run_on(desk_.io, rows_.create(made, crypto::hash_token(desk_.keyring, token), {}, test::soon())));
        return token;
    }
    std::string url_with(std::function<void(ServerConfig&)> const& edit)
    {
        return url([&](McpServer& made) { edit(made.config); });
    }
    std::string api_token(bool is_mcp_only, EnvironmentId environment)
    {
        auto const token = crypto::mint_token(desk_.keyring, crypto::TokenKind::api).reveal();
        test::must(
            test::run_on(desk_.io, api_rows_.create(environment, {.name = token, .is_mcp_only = is_mcp_only},
                                                    crypto::hash_token(desk_.keyring, token), {}, test::soon())));
        return token;
    }

    http::Response ask(http::Request const& request, Door door = Door::streamable)
    {
        http::Place place(shares_, &answers_);
        return test::run_on(desk_.io, endpoint_.handle(request, token_, door, place, trace_));
    }
    static http::Request post_of(std::string body, Fields fields = {})
    {
        http::Request request;
        request.method = http::Method::post;
        request.target = "/mcp/token";
        request.headers.add("content-type", "application/json");
        for (auto const& [name, value] : fields)
            request.headers.set(name, value);
        request.body = std::move(body);
        return request;
    }
    http::Response post(std::string body, Fields fields = {}) { return ask(post_of(std::move(body), fields)); }

    /// The answer to a request of a legacy client, as JSON.
    json::value legacy(std::string_view method, std::string_view params = "{}", Fields fields = {})
    {
        last_ = post(R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method) + R"(","params":)" +
                         std::string(params) + "}",
                     fields);
        return test::must(json::parse(last_.body));
    }
    /// Of one of MCP 2026-07-28, with the headers that it has to send.
    json::value modern(std::string_view method, std::string_view params = "{}", json::object capabilities = {},
                       Fields fields = {})
    {
        auto members = test::must(json::parse(params)).as_object();
        json::object meta{{"io.modelcontextprotocol/protocolVersion", "2026-07-28"}};
        meta["io.modelcontextprotocol/clientCapabilities"] = std::move(capabilities);
        members["_meta"] = std::move(meta);
        json::object message{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}};
        auto const* name = json::string_at(members, method == "resources/read" ? "uri" : "name");
        auto const named = name != nullptr ? std::string(*name) : std::string();
        message["params"] = std::move(members);
        auto request = post_of(json::to_text(message), fields);
        request.headers.add("mcp-protocol-version", "2026-07-28");
        request.headers.add("mcp-method", method);
        if (!named.empty())
            request.headers.add("mcp-name", named);
        last_ = ask(request);
        return test::must(json::parse(last_.body));
    }
    json::value call(std::string_view tool, std::string_view arguments, Fields fields = {})
    {
        return legacy("tools/call",
                      R"({"name":")" + std::string(tool) + R"(","arguments":)" + std::string(arguments) + "}", fields);
    }
    static std::string text_of(json::value const& answer, std::size_t block = 0)
    {
        return std::string(answer.at("result").at("content").at(block).at("text").as_string());
    }
    /// What the first text of a tool's result says, as JSON.
    static json::value data_of(json::value const& answer) { return test::must(json::parse(text_of(answer))); }
    static std::string message_of(json::value const& answer)
    {
        return std::string(answer.at("error").at("message").as_string());
    }
    static int code_of(json::value const& answer) { return static_cast<int>(answer.at("error").at("code").as_int64()); }

    limits::Config const own_;
    test::DeskCalls desk_;
    test::FakeServers rows_{desk_.changes, desk_.rows};
    test::FakeApiTokens api_rows_{desk_.changes};
    test::FakeSteadyClock steady_;
    tenancy::SecretGate gate_{desk_.keyring, {}, steady_};
    toolcalls::ToolSets tool_sets_;
    Servers servers_{rows_, desk_.integrations, tool_sets_, desk_.keyring, gate_, desk_.clock, {}};
    tenancy::ApiTokens api_tokens_{api_rows_, desk_.keyring, gate_, desk_.clock, {}};
    FakeStreams stream_rows_;
    Streams streams_{stream_rows_, desk_.sealer, {}};
    Cancellations cancellations_;
    RunningCalls running_{cancellations_, desk_.io};
    TaskGroup background_{desk_.io, 10, desk_.log_file.log(), "mcp"};
    EndpointMetrics metrics_{desk_.registry};
    limits::ProcessLimits limits_{own_, desk_.registry, desk_.clock, steady_};
    limits::ShardLimits shard_limits_{limits_};
    EndpointConfig config_{.allowed_origins = {"https://app.example"}};
    Endpoint endpoint_{config_,
                       servers_,
                       api_tokens_,
                       desk_.caller,
                       desk_.safe_writes,
                       desk_.sealer,
                       streams_,
                       running_,
                       background_,
                       shard_limits_,
                       {desk_.call_log.recorder, desk_.call_log.bodies},
                       metrics_};
    std::shared_ptr<http::Shares> const shares_ = std::make_shared<http::Shares>(4);
    http::ByteBudget answers_{1 << 20, 1 << 20};
    CallTrace trace_;
    IntegratedAccountId account_;
    std::string token_;
    http::Response last_;
};

} // namespace sluice::mcp
